"""One layer of settings grows from what was given: objects, lists and paths `Section:Key`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import intern
from types import NoneType
from typing import Final, NamedTuple

from loopjobs._host.settings.showing import one_line
from loopjobs._host.settings.tree import Branch, Child, Leaf, Node
from loopjobs._words.errors import Problem

Trail = tuple[str, ...]

_PLAIN: Final = (str, int, float, NoneType)


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object as written: a key that is repeated is still there twice."""

    pairs: tuple[tuple[str, object], ...]


class Given(NamedTuple):
    """A value as somebody gave it, under a path of one key or more."""

    path: Trail
    value: object
    source: str


def givens_of(value: object, source: str) -> list[Given] | None:
    """Take an object apart; a key `A:B` is a path, as in .NET. None if it is not an object."""
    if isinstance(value, JsonObject):
        pairs: Iterable[tuple[object, object]] = value.pairs
    elif isinstance(value, Mapping):
        pairs = value.items()
    else:
        return None
    return [Given(tuple(str(key).split(":")), below, source) for key, below in pairs]


def grow(
    givens: Iterable[Given],
    source: str,
    problems: list[Problem],
    trail: Trail = (),
    *,
    is_list: bool = False,
) -> Branch:
    """Put together one layer. Within a layer a key stands once: a repeated key is a problem."""
    groups: dict[str, list[Given]] = {}
    # Thousands of sections have the same few keys.
    shared = intern if trail else str
    for given in givens:
        groups.setdefault(shared(given.path[0].casefold()), []).append(given)
    children: dict[str, Child] = {}
    for folded, group in groups.items():
        (path, value, origin), *others = group
        name = shared(path[0])
        if isinstance(value, _PLAIN) and len(path) == 1 and not others:
            children[folded] = Child(name, Leaf(value, origin))
        else:
            children[folded] = Child(name, _settle(group, problems, (*trail, name)))
    return Branch(children, source, is_list)


def _settle(group: list[Given], problems: list[Problem], trail: Trail) -> Node:
    whole = [given for given in group if len(given.path) == 1]
    if len(whole) == len(group) == 1:
        return _node(whole[0].value, whole[0].source, problems, trail)
    parts = [Given(given.path[1:], given.value, given.source) for given in group if given.path[1:]]
    problems.extend(_twice(trail, whole[0], twin) for twin in whole[1:])
    if whole and not parts:
        return _node(whole[0].value, whole[0].source, problems, trail)
    if whole:
        inner = givens_of(whole[0].value, whole[0].source)
        if inner is None:
            problems.append(_value_and_object(trail, whole[0], parts[0]))
        parts = [*(inner or ()), *parts]
    return grow(parts, parts[0].source, problems, trail)


def _node(value: object, source: str, problems: list[Problem], trail: Trail) -> Node:
    inner = givens_of(value, source)
    if inner is not None:
        return grow(inner, source, problems, trail)
    if not isinstance(value, list | tuple):
        return Leaf(value, source)
    numbered = [Given((str(index),), item, source) for index, item in enumerate(value)]
    return grow(numbered, source, problems, trail, is_list=True)


def _twice(trail: Trail, first: Given, twin: Given) -> Problem:
    spelling = "" if twin.path == first.path else ", in different case"
    both = f", by {first.source} and {twin.source}" if twin.source != first.source else ""
    what = f"the key is given twice{spelling}{both}"
    return Problem(one_line(":".join(trail)), what, "Keep one of the two.", twin.source)


def _value_and_object(trail: Trail, value: Given, part: Given) -> Problem:
    what = f"is given both as a value and as a section that holds '{one_line(part.path[0])}'"
    return Problem(one_line(":".join(trail)), what, "Keep one of the two.", value.source)
