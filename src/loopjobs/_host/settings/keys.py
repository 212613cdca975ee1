"""Which keys a model takes, and under which names pydantic wants them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import AliasPath, BaseModel
from pydantic.alias_generators import to_pascal
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Key:
    """A field as settings files spell it."""

    shown: str
    """The spelling for people: PascalCase, or the field's alias."""
    names: frozenset[str]
    """Every name under which pydantic takes the field, or complains about it."""
    field: FieldInfo


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of a model; `targets` leads from a folded spelling to the name pydantic takes."""

    keys: tuple[Key, ...]
    targets: Mapping[str, tuple[Key, str]]
    open: bool
    """Whether the model allows or ignores other keys because its author said so."""

    def required(self) -> list[str]:
        """Name the keys that have no default."""
        return [key.shown for key in self.keys if key.field.is_required()]


def keys_of(model: type[BaseModel]) -> KeyRing:
    """Collect the keys of a model. A field without alias goes by PascalCase, and by its name."""
    keys: list[Key] = []
    targets: dict[str, tuple[Key, str]] = {}
    for name, field in model.model_fields.items():
        aliases = _aliases(field)
        key = Key((aliases or [to_pascal(name)])[0], frozenset({name, *aliases}), field)
        keys.append(key)
        for spelling in aliases or [key.shown, name]:
            targets.setdefault(spelling.casefold(), (key, spelling if aliases else name))
    is_open = model.model_config.get("extra") in {"allow", "ignore"}
    return KeyRing(tuple(keys), targets, is_open)


def _aliases(field: FieldInfo) -> list[str]:
    match field.validation_alias:
        case None:
            return []
        case str(alias):
            return [alias]
        case AliasPath() as path:
            return [str(path.path[0])]
        case choices:
            return [str(alias[0]) for alias in choices.convert_to_aliases()]
