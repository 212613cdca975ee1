"""Batches that get smaller where they take long."""

from collections.abc import Sequence

from login.domain.batch_pace import BatchPace
from login.storage.acknowledgements import SqlAcknowledgementStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .deleter import Deleter
from .lab import Lab
from .seams import InterleavedStore


def sizes_after(pace: BatchPace, clock: FakeClock, *durations: float) -> list[int]:
    """Return the size after each batch."""
    sizes = []
    for seconds in durations:
        with pace.measured():
            clock.stall(seconds)
        sizes.append(pace.size)
    return sizes


def test_a_slow_batch_halves_the_next_one_down_to_a_sixteenth() -> None:
    """And no further, however slow it stays."""
    clock = FakeClock()
    sizes = sizes_after(BatchPace(500, clock), clock, *[0.2] * 6)
    assert sizes == [250, 125, 62, 31, 31, 31]


def test_a_quick_batch_doubles_the_next_one_up_to_what_is_asked_for() -> None:
    """One that is neither leaves it."""
    clock = FakeClock()
    sizes = sizes_after(BatchPace(500, clock), clock, 0.2, 0.2, 0.2, 0.05, 0.01, 0.01, 0.01, 0.01)
    assert sizes == [250, 125, 62, 62, 124, 248, 496, 500]


def test_a_batch_of_one_stays_one() -> None:
    """There is nothing smaller."""
    clock = FakeClock()
    assert sizes_after(BatchPace(1, clock), clock, 0.2, 0.01) == [1, 1]


async def test_a_run_on_a_slow_database_takes_smaller_batches(
    lab: Lab, database: Database, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> None:
    """All PCs go all the same, each in one transaction only."""

    async def take_long(_: str, ids: Sequence[int]) -> None:
        clock.stall(0.0015 * len(ids))

    store = InterleavedStore(database, take_long)
    await lab.add(200)
    await Deleter(store, acknowledgements, clock, BatchSize=100).run()
    assert [len(ids) for _, ids in store.writes] == [100, 50, 50]
    assert len(await lab.retired()) == 200
