"""Options as they were bound, with where each came from, fit to be shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pydantic import BaseModel, RootModel

from loopjobs._host.settings.keys import keys_of
from loopjobs._host.settings.shape import Place
from loopjobs._host.settings.showing import plain_value
from loopjobs._host.settings.tree import Branch, source_of
from loopjobs._words.options import Options
from loopjobs._words.records import ShownOption

DEFAULT: Final = "default"


def show_section(options: Options, section: str, origin: Branch) -> Sequence[ShownOption]:
    """Show the options of a section, given where they came from; secrets are masked."""
    place = Place(section, type(options), origin)
    return [
        replace(shown, key=shown.key.removeprefix(f"{section}:"))
        for shown in _shown_options(options, place)
    ]


def _shown_options(value: object, place: Place) -> Iterator[ShownOption]:
    """Show what was bound to a place, one entry for each value below it."""
    for below, inner in _inner(value, place):
        if _has_inner(inner):
            yield from _shown_options(inner, below)
        else:
            yield ShownOption(
                key=below.where,
                value=plain_value(inner, secret=below.secret),
                source=DEFAULT if below.node is None else source_of(below.node),
                is_secret=below.secret,
            )


def _has_inner(value: object) -> bool:
    """Tell whether the value is shown entry by entry; a list of plain values is one value."""
    if isinstance(value, BaseModel):
        return True
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list | tuple) and any(map(_has_inner, value))


def _inner(value: object, place: Place) -> Iterator[tuple[Place, object]]:
    node = place.node if isinstance(place.node, Branch) else Branch({}, "")
    if isinstance(value, RootModel):
        yield from _inner(value.root, place)
    elif isinstance(value, BaseModel):
        yield from _fields(value, place, node)
    elif isinstance(value, Mapping):
        nodes = {folded: child.node for folded, child in node.children.items()}
        for name, inner in value.items():
            yield place.entry(str(name), nodes.get(str(name).casefold())), inner
    elif isinstance(value, list | tuple):
        items = node.items() or ()
        for index, inner in enumerate(value):
            yield place.item(index, items[index] if index < len(items) else None), inner


def _fields(model: BaseModel, place: Place, node: Branch) -> Iterator[tuple[Place, object]]:
    ring = keys_of(type(model))
    given = {
        ring.targets[folded][0].shown: child.node
        for folded, child in node.children.items()
        if folded in ring.targets
    }
    for name, key in zip(type(model).model_fields, ring.keys, strict=True):
        yield place.key(key, given.get(key.shown)), getattr(model, name)
    extra = model.model_extra or {}
    for name, value in extra.items():
        child = node.children.get(name.casefold())
        yield place.entry(name, None if child is None else child.node), value
