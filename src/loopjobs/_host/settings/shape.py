"""From a tree of settings to what pydantic takes, with a map of where every value stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic.fields import FieldInfo

from loopjobs._host.settings.keys import (
    Key,
    KeyRing,
    inner_annotation,
    keys_of,
    models,
    takes_list,
    takes_number_only,
)
from loopjobs._host.settings.showing import (
    annotation_is_secret,
    key_looks_secret,
    nearest,
    one_line,
    section_looks_secret,
)
from loopjobs._host.settings.tree import Branch, Child, Leaf, Node, source_of
from loopjobs._words.errors import Problem

Location = tuple[str | int, ...]


@dataclass(slots=True)
class Place:
    """One place in a section: a key, an item of a list, or the section itself.

    What only messages tell of it is found on demand.
    """

    name: str
    """The key, spelled as in a settings file; of the section itself its full path."""
    annotation: object
    node: Node | None = None
    """What the settings have there; None if they have nothing."""
    above: "Place | None" = None
    """What the place is in; None for the section itself."""
    known: Key | None = None
    """The key of the model, if the place is one of its fields."""
    is_section: bool = False
    """Whether the place is bound to a model."""

    @property
    def where(self) -> str:
        """The full path, spelled as in a settings file."""
        return self.name if self.above is None else f"{self.above.where}:{one_line(self.name)}"

    @property
    def secret(self) -> bool:
        """Whether nobody is to see the value."""
        if self.above is None:
            return section_looks_secret(self.name)
        told = self.field.metadata if self.field else ()
        is_typed = any(map(annotation_is_secret, (self.annotation, *told)))
        return is_typed or key_looks_secret(self.name) or self.above.secret

    @property
    def field(self) -> FieldInfo | None:
        """The field of the model, if the place is one."""
        return self.known.field if self.known else None

    @property
    def instead(self) -> Key | None:
        """The key of the same section that may be given in its place."""
        return self.known.instead if self.known else None

    def item(self, index: int, node: Node | None) -> "Place":
        """Step into a list."""
        return Place(str(index), inner_annotation(self.annotation, index), node, self)

    def entry(self, name: str, node: Node | None) -> "Place":
        """Step into an object by a key that no model knows."""
        return Place(name, inner_annotation(self.annotation, None), node, self)

    def key(self, key: Key, node: Node | None) -> "Place":
        """Step into a section by one of its keys."""
        return Place(key.shown, key.field.annotation, node, self, key)


@dataclass(slots=True)
class Shape:
    """What came of a tree: plain data under pydantic's names, places by location, problems."""

    notes_places: bool = False
    """Whether places are noted, those of keys that are not there as well, for who complains."""
    places: dict[Location, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, place: Place, at: Location) -> object:
        """Turn the node of a place into plain data; note the place, and all below it, if asked."""
        if self.notes_places:
            self.places[at] = place
        node = place.node
        if isinstance(node, Leaf):
            return _value(node, place.annotation)
        return None if node is None else self._branch(place, node, at)

    def _branch(self, place: Place, branch: Branch, at: Location) -> object:
        rings = [] if branch.is_list else [keys_of(model) for model in models(place.annotation)]
        if rings:
            place.is_section = True
            return self._section(place, branch, _best(rings, branch), at)
        items = branch.items()
        if items is not None and (branch.is_list or takes_list(place.annotation)):
            numbered = enumerate(items)
            return [self.take(place.item(*pair), (*at, pair[0])) for pair in numbered]
        return {
            child.name: self.take(place.entry(child.name, child.node), (*at, child.name))
            for child in branch.children.values()
        }

    def _section(self, place: Place, branch: Branch, ring: KeyRing, at: Location) -> object:
        if self.notes_places:
            names = [(key, name) for key in ring.keys for name in key.names]
            self.places |= {(*at, name): place.key(key, None) for key, name in names}
        plain: dict[str, object] = {}
        spellings: dict[str, str] = {}
        for folded, child in branch.children.items():
            if folded in ring.targets:
                key, target = ring.targets[folded]
                first = spellings.setdefault(key.shown, child.name)
                if first != child.name:
                    self.problems.append(_twice(place.key(key, child.node), first, child))
                if isinstance(child.node, Leaf) and not self.notes_places:
                    plain[target] = _value(child.node, key.field.annotation)
                else:
                    plain[target] = self.take(place.key(key, child.node), (*at, target))
            elif ring.open:
                entry = place.entry(child.name, child.node)
                plain[child.name] = self.take(entry, (*at, child.name))
            else:
                self.problems.append(_unknown(place, child, ring))
        return plain


def _value(leaf: Leaf, annotation: object) -> object:
    # pydantic would take true for 1: an interval of a second, out of a slip of the pen.
    is_mistaken = isinstance(leaf.value, bool) and takes_number_only(annotation)
    return object() if is_mistaken else leaf.value


def _best(rings: Sequence[KeyRing], branch: Branch) -> KeyRing:
    if len(rings) == 1:
        return rings[0]
    return min(rings, key=lambda ring: len(branch.children.keys() - ring.targets))


def _twice(place: Place, first: str, twin: Child) -> Problem:
    what = f"is given twice, as '{one_line(first)}' and as '{one_line(twin.name)}'"
    return Problem(place.where, what, "Keep one of the two.", source_of(twin.node))


def _unknown(place: Place, child: Child, ring: KeyRing) -> Problem:
    known = [key.shown for key in ring.keys]
    near = nearest(child.name, known)
    remedy = f"Known keys: {', '.join(sorted(known)) or 'none'}."
    # The value is not shown: it may be a secret whose key is misspelled.
    where = f"{place.where}:{one_line(child.name)}"
    remedy = f"Did you mean '{near}'?" if near else remedy
    return Problem(where, "is not a known key", remedy, source_of(child.node))
