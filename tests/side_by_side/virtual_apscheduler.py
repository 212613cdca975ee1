"""APScheduler itself on virtual time: its own rules, and no second of waiting."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from functools import partial

import pytest
from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers
from apscheduler.triggers import interval

from loopjobs import Alarm
from loopjobs.testing import FakeClock


class _LoopOnVirtualTime:
    """An event loop whose timers are those of a virtual clock; the rest is the real one's."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def __getattr__(self, name: str) -> object:
        return getattr(asyncio.get_running_loop(), name)

    def is_closed(self) -> bool:
        return False

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> Alarm:
        due = self._clock.monotonic() + delay
        return self._clock.call_between(due, due, partial(_call, callback, *args))


def _call(callback: Callable[..., object], *args: object) -> None:
    callback(*args)


def loop_on(clock: FakeClock) -> object:
    """Return what to give a scheduler as its `event_loop`."""
    return _LoopOnVirtualTime(clock)


@contextmanager
def virtual_apscheduler(clock: FakeClock) -> Iterator[None]:
    """Let APScheduler read the wall time of that clock."""

    class Virtual(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return clock.now().astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        for module in (executors, schedulers, interval):
            patch.setattr(module, "datetime", Virtual)
        yield
