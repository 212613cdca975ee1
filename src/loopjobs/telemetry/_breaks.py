"""Lets the event loop have its turns while another thread computes."""

import time
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

_STRETCH: Final = 100
_BREAK_IN_SECONDS: Final = 0.0002
"""Long enough for who waits to wake up and take its turn."""


def with_breaks(items: Iterable[T]) -> Iterator[T]:
    """Iterate, and after each hundred let go of the interpreter.

    Otherwise a thread gives it up only when another has waited for 5 ms, and the event loop would
    wait that long whenever it wakes up.
    """
    for number, item in enumerate(items, 1):
        yield item
        if not number % _STRETCH:
            time.sleep(_BREAK_IN_SECONDS)
