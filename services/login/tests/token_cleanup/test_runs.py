"""Caps, stops, pauses and what is told about them."""

import asyncio
import logging
from collections.abc import Sequence
from random import Random

import pytest

from login.domain.ports import TokenCleanupStore
from login.domain.token_retention import Cutoffs
from login.domain.token_search import TokenKind
from login.jobs.token_cleanup import TokenCleanupJob
from login.jobs.token_cleanup_options import TokenCleanupJobOptions
from loopjobs import CancellationTokenSource, RunAgain
from loopjobs.testing import FakeClock, JobHarness

from .cleaner import Cleaner, MakeCleaner
from .fake_token_store import FakeTokenStore
from .interleaved_store import InterleavedStore
from .token_rows import TokenRows


def summary(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    return [line for line in caplog.records if "token_cleanup done" in line.getMessage()][-1]


async def test_case_12_a_run_ends_at_the_cap_and_the_next_one_comes_soon(
    tokens: TokenRows, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """Cap 100 and 250 expired: 100, 100, 50; after the last nothing is urgent."""
    await tokens.one_time(*[30] * 250)
    job = cleaner(BatchSize=40, MaxPerRun=100)
    backlogs = []
    for left in (150, 50):
        assert await job.clean() == RunAgain(after=60)
        assert await tokens.counts() == [left, 0, 0]
        backlogs.append(vars(summary(caplog))["backlog"])
        assert "stopped_by=cap" in summary(caplog).getMessage()
    assert await job.clean() is None
    assert await tokens.counts() == [0, 0, 0]
    assert backlogs == [150, 50]
    assert "backlog=0 oldest_expired_s=None stopped_by=done" in summary(caplog).getMessage()


async def test_case_12_a_run_that_just_reaches_the_cap_is_done(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """Nothing is left, so nothing is urgent."""
    await tokens.one_time(*[30] * 100)
    assert await cleaner(BatchSize=50, MaxPerRun=100).clean() is None
    assert await tokens.counts() == [0, 0, 0]


async def test_case_12_the_cap_is_for_all_kinds_together(
    tokens: TokenRows, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """Nine rows of three kinds at four a run; the backlog tells of all kinds."""
    await tokens.one_time(30, 30, 30)
    for revoked in (None, 200):
        session = await tokens.session(expired=30, revoked=revoked)
        await tokens.refresh(session, 30, -5)
    alive = await tokens.session(expired=-1, revoked=200)
    await tokens.refresh(alive, -1)
    job = cleaner(BatchSize=4, MaxPerRun=4)
    backlogs = []
    for _ in range(3):
        await job.clean()
        backlogs.append(vars(summary(caplog))["backlog"])
    # The session that expired keeps a token that did not: neither of the two can go.
    assert await tokens.counts() == [0, 1, 1]
    assert backlogs == [5, 1, 0]


async def test_case_12_in_a_host_the_runs_come_a_minute_apart() -> None:
    """250,000 expired: 100,000 at 0, 60 and half as many at 120 seconds; then by the hour."""
    store = FakeTokenStore(250_000)
    options = TokenCleanupJobOptions.model_validate(
        {"BatchSize": 10_000, "StartJitterInSeconds": 0, "BatchPauseInMilliseconds": 0}
    )
    fakes = {TokenCleanupStore: store, Random: Random(7)}  # noqa: S311 - predictable chance
    async with JobHarness(TokenCleanupJob, options, fakes=fakes) as job:
        await job.clock.advance(3_600)
        runs = list(reversed(job.history()))
    began = [run.started_at.timestamp() for run in runs if run.started_at]
    assert [moment - began[0] for moment in began] == [0, 60, 120, 3_600]
    deleted = [(run.reported or {})["one_time"] for run in runs]
    assert deleted == [100_000, 100_000, 50_000, 0]


async def test_case_13_a_stop_keeps_the_batches_that_are_done(
    tokens: TokenRows,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    cleaner: MakeCleaner,
    store: InterleavedStore,
) -> None:
    """A stop during batch 3 of 10: three batches are gone, and the run ends canceled."""
    await tokens.one_time(*[30] * 100)
    ct = CancellationTokenSource(clock)

    async def stop_in_the_third(_kind: TokenKind) -> None:
        if len(store.deletes) == 3:
            ct.cancel()

    store.before_delete = stop_in_the_third
    with pytest.raises(asyncio.CancelledError):
        await cleaner(BatchSize=10).clean(ct)
    assert await tokens.counts() == [70, 0, 0]
    assert "one_time=30 refresh=0 sessions=0 batches=3" in caplog.text
    assert "backlog=None oldest_expired_s=None stopped_by=stop" in caplog.text


async def test_case_13_a_stop_ends_the_pause_between_two_batches() -> None:
    """A pause of ten seconds does not hold up the end of the service."""
    clock, store = FakeClock(), FakeTokenStore(4)
    ct = CancellationTokenSource(clock)
    cleaner = Cleaner(store, clock, BatchSize=2, BatchPauseInMilliseconds=10_000)
    run = asyncio.create_task(cleaner.clean(ct))
    await clock.advance(5)
    ct.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert (store.tokens, clock.monotonic()) == ([3, 4], 5)


async def test_between_two_batches_others_have_their_turn(
    tokens: TokenRows, clock: FakeClock, cleaner: MakeCleaner
) -> None:
    """Three batches make two pauses; one batch makes none."""
    await tokens.one_time(*[30] * 30)
    job = cleaner(BatchSize=10, BatchPauseInMilliseconds=50)
    await job.clean()
    assert clock.monotonic() == pytest.approx(0.1)
    await tokens.one_time(30)
    await job.clean()
    assert clock.monotonic() == pytest.approx(0.1)


class SlowTokenStore(FakeTokenStore):
    """Takes 1.5 ms for each token, and remembers how many went at once."""

    def __init__(self, tokens: int, clock: FakeClock) -> None:
        super().__init__(tokens)
        self._clock = clock
        self.batches: list[int] = []

    async def delete(self, kind: TokenKind, ids: Sequence[int], cutoffs: Cutoffs) -> int:
        self._clock.stall(0.0015 * len(ids))
        self.batches.append(len(ids))
        return await super().delete(kind, ids, cutoffs)


async def test_a_run_on_a_slow_database_takes_smaller_batches(clock: FakeClock) -> None:
    """All tokens go all the same, and no transaction after the first one takes 0.1 s."""
    store = SlowTokenStore(300, clock)
    await Cleaner(store, clock, BatchSize=120).clean()
    assert store.batches == [120, 60, 60, 60]
    assert store.tokens == []


async def test_case_14_a_dry_run_at_the_cap_does_not_run_again_for_ever(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """It would count the same rows each minute."""
    await tokens.one_time(*[30] * 10)
    options = {"BatchSize": 4, "MaxPerRun": 4, "DryRun": True}
    assert await cleaner(**options).clean() is None
    assert await tokens.counts() == [10, 0, 0]


async def test_case_14_a_dry_run_at_the_cap_tells_the_backlog_of_a_real_one(
    tokens: TokenRows, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """What it counted is not counted again as left."""
    await tokens.one_time(*[30] * 10)
    for dry_run in (True, False):
        await cleaner(BatchSize=4, MaxPerRun=6, DryRun=dry_run).clean()
    assert caplog.text.count("one_time=6 ") == 2
    assert caplog.text.count("backlog=4 ") == 2


async def test_what_a_run_did_is_in_its_record() -> None:
    """The counts of its line, by the same names."""
    store = FakeTokenStore(25)
    options = TokenCleanupJobOptions.model_validate(
        {"BatchSize": 10, "InitialDelayInSeconds": 36_000, "BatchPauseInMilliseconds": 0}
    )
    fakes = {TokenCleanupStore: store, Random: Random(7)}  # noqa: S311 - predictable chance
    async with JobHarness(TokenCleanupJob, options, fakes=fakes) as job:
        run = await job.run_once()
    assert run.reported == {
        "one_time": 25,
        "refresh": 0,
        "sessions": 0,
        "batches": 3,
        "skipped": 0,
        "failed": 0,
        "backlog": 0,
    }


async def test_each_run_has_a_line_that_says_what_it_did(
    tokens: TokenRows, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """Also a run that found nothing; the same numbers are fields of the record."""
    job = cleaner()
    await job.clean()
    nothing = (
        "token_cleanup done one_time=0 refresh=0 sessions=0 batches=0 skipped=0 failed=0 "
        "duration_ms=0.0 backlog=0 oldest_expired_s=None stopped_by=done"
    )
    assert summary(caplog).getMessage() == nothing
    await tokens.one_time(30)
    await job.clean()
    assert "done one_time=1 refresh=0" in summary(caplog).getMessage()
    assert vars(summary(caplog))["one_time"] == 1
