"""What an annotation says about the shape of its value."""

from collections.abc import Collection, Mapping
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, RootModel


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


def models(annotation: object) -> list[type[BaseModel]]:
    """Find the models an object may be bound to."""
    return [arm for arm in arms(annotation) if isinstance(arm, type) and issubclass(arm, BaseModel)]


def takes_list(annotation: object) -> bool:
    """Tell whether a list is wanted, and no object would do."""
    kinds = [get_origin(arm) or arm for arm in arms(annotation)]
    lists = [_is_list(kind) for kind in kinds]
    return any(lists) and not any(_is_mapping(kind) for kind in kinds)


def item_annotation(annotation: object, index: int) -> object:
    """Find what an item of a list must be; `object` if the annotation does not say."""
    for arm in arms(annotation):
        args = get_args(arm)
        if args and _is_list(get_origin(arm)):
            fixed = get_origin(arm) is tuple and args[-1] is not Ellipsis and index < len(args)
            return args[index] if fixed else args[0]
    return object


def value_annotation(annotation: object) -> object:
    """Find what a value of a dict must be; `object` if the annotation does not say."""
    for arm in arms(annotation):
        args = get_args(arm)
        if args and _is_mapping(get_origin(arm)):
            return args[-1]
    return object


def _is_mapping(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Mapping)


def _is_list(kind: object) -> bool:
    # str and bytes are collections, too, but nobody spells them as a list.
    return (
        isinstance(kind, type)
        and issubclass(kind, Collection)
        and not issubclass(kind, Mapping | str | bytes)
    )
