"""Counts what a tick does, so that a loaded machine decides nothing."""

import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from types import FrameType

import pytest


def count_made(monkeypatch: pytest.MonkeyPatch, *kinds: type) -> Counter[str]:
    """Count the objects of these classes that are made from here on."""
    made: Counter[str] = Counter()
    for kind in kinds:
        monkeypatch.setattr(kind, "__init__", _counting(kind, made))
    return made


def _counting(kind: type, made: Counter[str]) -> Callable[..., None]:
    initialize: Callable[..., None] = vars(kind)["__init__"]

    def count(self: object, *facts: object, **more: object) -> None:
        made[kind.__name__] += 1
        initialize(self, *facts, **more)

    return count


async def calls_of(of: Coroutine[object, object, None]) -> Counter[str]:
    """Count the calls of Python functions by package, and of C functions by name."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call":
            calls[getattr(called, "__name__", "")] += 1
        elif event == "call":
            module = str(frame.f_globals.get("__name__"))
            if not module.startswith("loopjobs.testing"):
                calls[module.partition(".")[0]] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        await of
    finally:
        sys.setprofile(before)
    return calls
