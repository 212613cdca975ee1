"""Which keys a model takes, and what an annotation says about the shape of a value."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import AliasChoices, AliasPath, BaseModel, RootModel
from pydantic.alias_generators import to_pascal
from pydantic.fields import FieldInfo

from loopjobs._words.options import LoopJobOptions, Options

_NUMBERS = {int, float, Decimal, timedelta, date, time}
_INSTEAD: Final = {"interval_in_seconds": "cron"}
"""Options of loop jobs in whose place another one may be given."""


@dataclass(frozen=True, slots=True)
class Key:
    """A field as settings files spell it."""

    shown: str
    """The spelling for people: PascalCase, or the field's alias."""
    names: frozenset[str]
    """Every name under which pydantic takes the field, or complains about it."""
    field: FieldInfo
    instead: "Key | None" = None
    """The key that may be given in its place, as `Cron` in that of `IntervalInSeconds`."""

    @property
    def is_required(self) -> bool:
        """Whether neither of them has a default."""
        has_other = self.instead is not None and self.instead.field.default is not None
        return self.field.is_required() and not has_other

    @property
    def wanted(self) -> str:
        """What to give, for people."""
        return self.shown if self.instead is None else f"{self.shown} or {self.instead.shown}"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of a model; `targets` leads from a folded spelling to the name pydantic takes."""

    keys: tuple[Key, ...]
    targets: Mapping[str, tuple[Key, str]]
    open: bool
    """Whether the model allows or ignores other keys because its author said so."""

    def required(self) -> list[Key]:
        """Return the keys of which somebody must give a value."""
        return [key for key in self.keys if key.is_required]


@cache
def keys_of(model: type[BaseModel]) -> KeyRing:
    """Collect the keys of a model. A field without alias goes by PascalCase, and by its name."""
    keys: list[Key] = []
    targets: dict[str, tuple[Key, str]] = {}
    for name, field in model.model_fields.items():
        aliases, key = _aliases(field), _key(model, name)
        keys.append(key)
        for spelling in aliases or [key.shown, name]:
            targets.setdefault(spelling.casefold(), (key, spelling if aliases else name))
    is_open = model.model_config.get("extra") in {"allow", "ignore"}
    return KeyRing(tuple(keys), targets, is_open)


def _key(model: type[BaseModel], name: str) -> Key:
    field = model.model_fields[name]
    aliases = _aliases(field)
    other = _INSTEAD.get(name) if issubclass(model, LoopJobOptions) else None
    return Key(
        (aliases or [to_pascal(name)])[0],
        frozenset({name, *aliases}),
        field,
        None if other is None else _key(model, other),
    )


def models(annotation: object) -> list[type[BaseModel]]:
    """Find the models an object may be bound to."""
    if isinstance(annotation, type) and issubclass(annotation, Options):
        return [annotation]
    return [arm for arm in arms(annotation) if isinstance(arm, type) and issubclass(arm, BaseModel)]


def takes_list(annotation: object) -> bool:
    """Tell whether a list is wanted, and no object would do."""
    kinds = [get_origin(arm) or arm for arm in arms(annotation)]
    return any(map(_is_list, kinds)) and not any(map(_is_mapping, kinds))


def takes_number_only(annotation: object) -> bool:
    """Tell whether a number is wanted, and true or false would be taken for one."""
    kinds = arms(annotation)
    return any(kind in _NUMBERS for kind in kinds) and not any(
        kind in {bool, object, Any} for kind in kinds
    )


def inner_annotation(annotation: object, index: int | None) -> object:
    """Find what a list wants at an index, or a dict for any key; `object` if it is not said."""
    holds = _is_mapping if index is None else _is_list
    for arm in arms(annotation):
        args = get_args(arm)
        if args and holds(get_origin(arm)):
            if index is None:
                return args[-1]
            fixed = get_origin(arm) is tuple and args[-1] is not Ellipsis and index < len(args)
            return args[index if fixed else 0]
    return object


def arms(annotation: object) -> list[object]:
    """Open unions, `Annotated`, type aliases and root models; `None` is left out."""
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        return [inner for arm in get_args(annotation) for inner in arms(arm)]
    if origin is Annotated:
        return arms(get_args(annotation)[0])
    if hasattr(annotation, "__value__"):
        return arms(annotation.__value__)
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        return arms(annotation.model_fields["root"].annotation)
    return [] if annotation is NoneType else [annotation]


def _aliases(field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return [str(each.path[0] if isinstance(each, AliasPath) else each) for each in choices if each]


def _is_mapping(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Mapping)


def _is_list(kind: object) -> bool:
    # str and bytes are collections, too, but nobody spells them as a list.
    no_list = (Mapping, str, bytes)
    return isinstance(kind, type) and issubclass(kind, Collection) and not issubclass(kind, no_list)
