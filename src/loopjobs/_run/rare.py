"""Attributes that few runs have, and that cost the others nothing."""

from typing import Generic, Protocol, TypeVar, cast, overload

T = TypeVar("T")


class HasRare(Protocol):
    """Has a place for them."""

    rare: dict[str, object] | None
    """What it has of them; `None` if it has none."""


class Rare(Generic[T]):
    """An attribute that few runs have; the others show its default.

    To make room in an object for an attribute takes longer than to begin a run, even if nothing is
    put there. So all of these share one dictionary, which is made for the first.
    """

    __slots__ = ("_default", "_name")

    def __init__(self, default: T) -> None:
        self._default = default
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, run: None, owner: type) -> "Rare[T]": ...
    @overload
    def __get__(self, run: HasRare, owner: type) -> T: ...
    def __get__(self, run: HasRare | None, owner: type) -> "T | Rare[T]":
        if run is None:
            return self
        if run.rare is None:
            return self._default
        return cast("T", run.rare.get(self._name, self._default))

    def __set__(self, run: HasRare, value: T) -> None:
        if run.rare is None:
            run.rare = {}
        run.rare[self._name] = value
