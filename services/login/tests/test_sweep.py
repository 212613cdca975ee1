"""The sweep itself, over PCs in a dictionary."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from login.domain import sweep as sweep_module
from login.domain.sweep import Sweep, SweepAbortedError, SweepRules, SweepTally
from loopjobs import CancellationToken, CancellationTokenSource
from loopjobs.testing import FakeClock
from servicekit.faults import StoreBusyError, StoreUnavailableError

from .fake_sweep_store import FakeSweepStore

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(now=NOON)


def silent(count: int) -> FakeSweepStore:
    return FakeSweepStore({pc: NOON - timedelta(hours=1) for pc in range(1, count + 1)})


def failing_for(*bad: int) -> Callable[[Sequence[int]], None]:
    def fail(ids: Sequence[int]) -> None:
        if set(bad) & set(ids):
            raise ValueError("this row cannot be written")

    return fail


async def run(
    store: FakeSweepStore, clock: FakeClock, rules: SweepRules, ct: CancellationToken | None = None
) -> SweepTally:
    tally = SweepTally()
    await Sweep(store, clock, rules).run(tally, ct or CancellationToken(clock))
    return tally


async def test_batches_are_as_large_as_asked(clock: FakeClock) -> None:
    """No transaction writes more PCs than the batch size."""
    store = silent(25)
    tally = await run(store, clock, SweepRules(FIVE_MINUTES, batch_size=10))
    assert [len(batch) for batch in store.writes] == [10, 10, 5]
    assert tally.marked == 25


async def test_pages_of_candidates_follow_each_other(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fleet larger than one look ahead is swept to its end, each PC once."""
    monkeypatch.setattr(sweep_module, "READ_AHEAD", 10)
    store = silent(30)
    await run(store, clock, SweepRules(FIVE_MINUTES, batch_size=4))
    assert [pc for batch in store.writes for pc in batch] == list(range(1, 31))


async def test_a_cap_leaves_the_rest_to_the_next_run(clock: FakeClock) -> None:
    """No run marks more than its cap, and the next one goes on."""
    store = silent(25)
    rules = SweepRules(FIVE_MINUTES, batch_size=4, max_marked_per_run=10)
    assert [(await run(store, clock, rules)).marked for _ in range(4)] == [10, 10, 5, 0]


async def test_a_cap_counts_marked_pcs_only(clock: FakeClock) -> None:
    """PCs that were heard just in time use up nothing of the cap."""
    store = silent(10)

    def hear_the_first(_: Sequence[int]) -> None:
        store.online[1] = clock.now()

    store.before_write = hear_the_first
    tally = await run(store, clock, SweepRules(FIVE_MINUTES, batch_size=4, max_marked_per_run=4))
    assert (tally.marked, tally.skipped_race) == (4, 1)


async def test_case_05_one_pc_that_cannot_be_written_costs_no_other(clock: FakeClock) -> None:
    """A batch that fails is retried PC by PC, and the sweep goes on behind it."""
    store = silent(5)
    store.before_write = failing_for(2)
    tally = await run(store, clock, SweepRules(FIVE_MINUTES, batch_size=3))
    assert set(store.online) == {2}
    assert [failure.pc.id for failure in tally.failures] == [2]
    assert store.writes == [[1, 2, 3], [1], [2], [3], [4, 5]]


async def test_only_the_first_failures_are_kept(clock: FakeClock) -> None:
    """Ten thousand bad rows do not fill the memory, but each is counted."""
    store = silent(60)
    store.before_write = failing_for(*range(1, 60, 2))
    tally = await run(store, clock, SweepRules(FIVE_MINUTES, batch_size=10))
    assert (tally.failed, len(tally.failures), tally.marked) == (30, 20, 30)


async def test_failures_in_a_row_fail_the_run(clock: FakeClock) -> None:
    """When nothing at all can be written, it is the store and not a PC."""
    store = silent(100)
    store.before_write = failing_for(*range(101))
    with pytest.raises(SweepAbortedError, match="3 writes in a row failed, the last with ValueE"):
        await run(store, clock, SweepRules(FIVE_MINUTES, max_consecutive_failures=3))
    assert len(store.writes) == 1 + 3


async def test_a_success_ends_the_row_of_failures(clock: FakeClock) -> None:
    """Bad rows here and there never fail the run."""
    store = silent(9)
    store.before_write = failing_for(1, 2, 4, 5, 7, 8)
    tally = await run(store, clock, SweepRules(FIVE_MINUTES, max_consecutive_failures=3))
    assert (tally.failed, tally.marked) == (6, 3)


@pytest.mark.parametrize(
    "error", [StoreUnavailableError("gone"), StoreBusyError("busy"), OSError()]
)
async def test_case_09_a_store_that_goes_away_ends_the_run_at_once(
    clock: FakeClock, error: Exception
) -> None:
    """Nobody is tried one by one against a store that does not answer."""
    store = silent(10)

    def go_away(ids: Sequence[int]) -> None:
        if 5 in ids:
            raise error

    store.before_write = go_away
    with pytest.raises(type(error)):
        await run(store, clock, SweepRules(FIVE_MINUTES, batch_size=4))
    assert store.writes == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert set(store.marked) == {1, 2, 3, 4}


async def test_case_09_a_store_that_goes_away_while_one_pc_is_retried(clock: FakeClock) -> None:
    """The same holds in the middle of a retry."""
    store = silent(3)

    def fail(ids: Sequence[int]) -> None:
        raise StoreUnavailableError if len(ids) == 1 else ValueError

    store.before_write = fail
    with pytest.raises(StoreUnavailableError):
        await run(store, clock, SweepRules(FIVE_MINUTES))
    assert store.writes == [[1, 2, 3], [1]]


async def test_case_13_a_stop_is_honored_between_batches(clock: FakeClock) -> None:
    """A stop during batch 3 of 10 lets that batch end, and no other begin."""
    store, ct = silent(100), CancellationTokenSource(clock)

    def stop_in_the_third(_: Sequence[int]) -> None:
        if len(store.writes) == 3:
            ct.cancel()

    store.before_write = stop_in_the_third
    with pytest.raises(asyncio.CancelledError):
        await run(store, clock, SweepRules(FIVE_MINUTES, batch_size=10), ct)
    assert len(store.marked) == 30


async def test_case_13_a_stop_is_honored_between_retries(clock: FakeClock) -> None:
    """A large batch that is retried PC by PC does not hold up a stop."""
    store, ct = silent(100), CancellationTokenSource(clock)

    def fail_and_stop(ids: Sequence[int]) -> None:
        if len(ids) > 1:
            raise ValueError
        if ids == [2]:
            ct.cancel()

    store.before_write = fail_and_stop
    with pytest.raises(asyncio.CancelledError):
        await run(store, clock, SweepRules(FIVE_MINUTES), ct)
    assert set(store.marked) == {1, 2}


async def test_an_absence_is_not_compensated_where_it_should_not(clock: FakeClock) -> None:
    """Without compensation the plain rule holds, however late the run."""
    store = silent(1)
    tally = SweepTally()
    rules = SweepRules(FIVE_MINUTES, late_run_compensation=False)
    await Sweep(store, clock, rules).run(tally, CancellationToken(clock), lateness=7_200)
    assert tally.marked == 1


async def test_the_duration_is_told_even_if_the_sweep_fails(clock: FakeClock) -> None:
    """A sweep that fails late says how long it took."""
    store, tally = silent(1), SweepTally()

    def stall_and_fail(_: Sequence[int]) -> None:
        clock.stall(2.5)
        raise StoreUnavailableError

    store.before_write = stall_and_fail
    with pytest.raises(StoreUnavailableError):
        await Sweep(store, clock, SweepRules(FIVE_MINUTES)).run(tally, CancellationToken(clock))
    assert tally.duration == 2.5
