"""A real APScheduler on virtual time."""

from collections.abc import Callable, Iterator
from datetime import UTC

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from loopjobs.side_by_side import Entry
from loopjobs.testing import FakeClock

from .virtual_apscheduler import loop_on, virtual_apscheduler


@pytest.fixture
def make_scheduler(clock: FakeClock) -> Iterator[Callable[[], AsyncIOScheduler]]:
    """Make a scheduler that lives on virtual time."""
    with virtual_apscheduler(clock):
        yield lambda: AsyncIOScheduler(event_loop=loop_on(clock), timezone=UTC)


@pytest.fixture
def scheduler(make_scheduler: Callable[[], AsyncIOScheduler]) -> AsyncIOScheduler:
    """One such scheduler."""
    return make_scheduler()


@pytest.fixture
def journal() -> list[Entry]:
    """Where everything is noted."""
    return []
