"""Settings as an immutable tree whose leaves remember where they came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value; `null` is the value None."""

    value: object
    source: str


@dataclass(frozen=True, slots=True)
class Array:
    """A list, replaced whole by a later one, overridden by index from paths."""

    items: tuple["Node", ...]
    source: str


@dataclass(frozen=True, slots=True)
class Branch:
    """An object. Children are found by their folded name: case never matters, as in .NET."""

    children: Mapping[str, "Child"]
    source: str

    def names(self) -> tuple[str, ...]:
        """Return the keys as they are spelled in the settings."""
        return tuple(child.name for child in self.children.values())

    def indexed(self) -> tuple["Node", ...] | None:
        """Return the children in the order of their keys, if there are any and all are numbers."""
        if not self.children or not all(map(is_index, self.children)):
            return None
        return tuple(self.children[key].node for key in sorted(self.children, key=int))


Node: TypeAlias = Leaf | Array | Branch


@dataclass(frozen=True, slots=True)
class Child:
    """A node under its key."""

    name: str
    node: Node


MAX_DIGITS_OF_INDEX = 9


def is_index(key: str) -> bool:
    """Tell whether a key is the index of a list."""
    return key.isascii() and key.isdecimal() and len(key) <= MAX_DIGITS_OF_INDEX


def source_of(node: Node) -> str:
    """Name every source a node was put together from, each once."""
    return ", ".join(dict.fromkeys(_sources(node)))


def _sources(node: Node) -> Iterator[str]:
    nodes: list[Node] = []
    if isinstance(node, Array):
        nodes.extend(node.items)
    elif isinstance(node, Branch):
        nodes.extend(child.node for child in node.children.values())
    if not nodes:
        yield node.source
    for below in nodes:
        yield from _sources(below)
