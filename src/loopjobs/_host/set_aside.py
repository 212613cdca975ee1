"""Keeps the garbage collector from walking over what lives as long as the host."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collected_before() -> Iterator[None]:
    """Collect garbage, and set aside what is alive before the block, and when it is left.

    A full collection looks at every object of the process, and loops stand for as long: a hundred
    thousand of them are millions of objects, none of which will be garbage before the end.
    """
    if not gc.isenabled():
        yield
        return
    # Before the start: afterwards it would make the first slots late.
    gc.collect()
    gc.freeze()
    yield
    gc.freeze()


@contextmanager
def given_back() -> Iterator[None]:
    """Give back at the end what was set aside in the block, unless somebody else has, too."""
    is_ours = gc.get_freeze_count() == 0
    try:
        yield
    finally:
        if is_ours:
            gc.unfreeze()


@contextmanager
def garbage_left() -> Iterator[None]:
    """Collect no garbage in the block, in which much is made that stays.

    The more there is, the more often a collection would walk over all of it, and find nothing.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
