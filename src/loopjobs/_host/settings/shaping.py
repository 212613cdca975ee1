"""From a tree of settings to what pydantic takes, with a map of where every value stands."""

from dataclasses import dataclass, field

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from loopjobs._host.settings.annotations import (
    item_annotation,
    models,
    takes_list,
    value_annotation,
)
from loopjobs._host.settings.keys import Key, KeyRing, keys_of
from loopjobs._host.settings.rendering import one_line
from loopjobs._host.settings.secrecy import annotation_is_secret, key_looks_secret
from loopjobs._host.settings.suggestion import nearest
from loopjobs._host.settings.tree import Array, Branch, Child, Leaf, Node, source_of
from loopjobs._words.errors import Problem

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One place in a section: a key, an item of a list, or the section itself."""

    where: str
    """The full path, spelled as in a settings file."""
    annotation: object
    secret: bool
    node: Node | None = None
    """What the settings have there; None if they have nothing."""
    field: FieldInfo | None = None
    """The field of the model, if the place is one."""
    keys: KeyRing | None = None
    """The keys of the object, if the place is bound to a model."""

    def item(self, index: int, node: Node) -> "Place":
        """Step into a list."""
        annotation = item_annotation(self.annotation, index)
        secret = self.secret or annotation_is_secret(annotation)
        return Place(f"{self.where}:{index}", annotation, secret, node)

    def entry(self, name: str, node: Node) -> "Place":
        """Step into an object by a key that no model knows."""
        annotation = value_annotation(self.annotation)
        secret = self.secret or annotation_is_secret(annotation) or key_looks_secret(name)
        return Place(f"{self.where}:{one_line(name)}", annotation, secret, node)

    def key(self, key: Key, node: Node | None) -> "Place":
        """Step into a section by one of its keys."""
        annotation = key.field.annotation
        metadata_secret = any(map(annotation_is_secret, key.field.metadata))
        secret = metadata_secret or annotation_is_secret(annotation) or key_looks_secret(key.shown)
        where = f"{self.where}:{key.shown}"
        return Place(where, annotation, self.secret or secret, node, key.field)


@dataclass(slots=True)
class Shape:
    """What came of a tree: plain data under pydantic's names, places by location, unknown keys."""

    places: dict[Location, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, place: Place, at: Location) -> object:
        """Turn the node of a place into plain data and note the place, and all below it."""
        self.places[at] = place
        match place.node:
            case Leaf(value=value):
                return value
            case Array(items=items):
                return self._list(place, items, at)
            case Branch() as branch:
                return self._branch(place, branch, at)
            case _:
                return None

    def _list(self, place: Place, items: tuple[Node, ...], at: Location) -> list[object]:
        return [
            self.take(place.item(index, node), (*at, index)) for index, node in enumerate(items)
        ]

    def _branch(self, place: Place, branch: Branch, at: Location) -> object:
        model = _best_model(place.annotation, branch)
        if model is not None:
            return self._section(place, branch, keys_of(model), at)
        items = branch.indexed()
        if items is not None and takes_list(place.annotation):
            return self._list(place, items, at)
        return {
            child.name: self.take(place.entry(child.name, child.node), (*at, child.name))
            for child in branch.children.values()
        }

    def _section(self, place: Place, branch: Branch, ring: KeyRing, at: Location) -> object:
        self.places[at] = Place(
            place.where, place.annotation, place.secret, branch, place.field, ring
        )
        for key in ring.keys:
            for name in key.names:
                self.take(place.key(key, None), (*at, name))
        plain: dict[str, object] = {}
        spellings: dict[str, str] = {}
        for folded, child in branch.children.items():
            if folded in ring.targets:
                key, target = ring.targets[folded]
                first = spellings.setdefault(key.shown, child.name)
                if first != child.name:
                    self.problems.append(_twice(place.key(key, child.node), first, child))
                plain[target] = self.take(place.key(key, child.node), (*at, target))
            elif ring.open:
                entry = place.entry(child.name, child.node)
                plain[child.name] = self.take(entry, (*at, child.name))
            else:
                self.problems.append(_unknown(place, child, ring))
        return plain


def _best_model(annotation: object, branch: Branch) -> type[BaseModel] | None:
    candidates = models(annotation)
    if not candidates:
        return None
    return min(candidates, key=lambda model: len(branch.children.keys() - keys_of(model).targets))


def _twice(place: Place, first: str, twin: Child) -> Problem:
    what = f"is given twice, as '{one_line(first)}' and as '{one_line(twin.name)}'"
    return Problem(place.where, what, "Keep one of the two.", source_of(twin.node))


def _unknown(place: Place, child: Child, ring: KeyRing) -> Problem:
    known = [key.shown for key in ring.keys]
    near = nearest(child.name, known)
    if near:
        remedy = f"Did you mean '{near}'?"
    else:
        remedy = f"Known keys: {', '.join(sorted(known)) or 'none'}."
    # The value is not shown: it may be a secret whose key is misspelled.
    where = f"{place.where}:{one_line(child.name)}"
    return Problem(where, "is not a known key", remedy, source_of(child.node))
