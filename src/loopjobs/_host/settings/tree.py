"""Settings as an immutable tree whose leaves remember where they came from."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

_LONGEST_INDEX: Final = 9


class Leaf(NamedTuple):
    """A single value; `null` is the value None."""

    value: object
    source: str


class Branch(NamedTuple):
    """An object, or a list, whose keys are its indexes.

    Children are found by their folded name: case never matters, as in .NET.
    """

    children: Mapping[str, "Child"]
    source: str
    is_list: bool = False

    def items(self) -> tuple["Node", ...] | None:
        """Return the items in order, if this is a list, or an object whose keys are numbers."""
        if not self.is_list and not (self.children and all(map(_is_index, self.children))):
            return None
        return tuple(self.children[key].node for key in sorted(self.children, key=int))


Node: TypeAlias = Leaf | Branch


class Child(NamedTuple):
    """A node under its key."""

    name: str
    node: Node


def source_of(node: Node) -> str:
    """Name every source a node was put together from, each once."""
    return ", ".join(dict.fromkeys(_sources(node)))


def only(branch: Branch, name: str) -> Branch:
    """Return the object with nothing but the child of that name, if it has one."""
    key = name.casefold()
    children = {key: branch.children[key]} if key in branch.children else {}
    return Branch(children, branch.source)


def merge(lower: Branch, upper: Branch) -> Branch:
    """Lay one object over another, key by key and at every depth.

    A key keeps the spelling of the layer that named it first. Anything but an object is replaced
    whole, except that an object whose keys are all indexes (`Hosts:0`, from a path or the
    environment) overrides a list item by item; items past its end are appended in order, and gaps
    close, as in .NET.
    """
    children = dict(lower.children)
    for folded, child in upper.children.items():
        below = children.get(folded)
        children[folded] = (
            child if below is None else Child(below.name, _overlay(below.node, child.node))
        )
    return Branch(children, upper.source, lower.is_list)


def _overlay(lower: Node, upper: Node) -> Node:
    if isinstance(lower, Leaf) or isinstance(upper, Leaf) or upper.is_list:
        return upper
    return upper if lower.is_list and upper.items() is None else merge(lower, upper)


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdecimal() and len(key) <= _LONGEST_INDEX


def _sources(node: Node) -> Iterator[str]:
    children = node.children.values() if isinstance(node, Branch) else ()
    if not children:
        yield node.source
    for child in children:
        yield from _sources(child.node)
