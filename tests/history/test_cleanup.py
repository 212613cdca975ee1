"""The cleanup of the history: by age and by number, in batches, harmless on every replica."""

from pathlib import Path

import pytest

from loopjobs import Host, HostBuilder, Outcome, RunRecord
from loopjobs.history import add_history
from loopjobs.history._opening import open_store
from loopjobs.history._store import Batch
from loopjobs.testing import FakeClock

from .facts import NOON, at, run, start

DAY = 86_400
JOB = "HistoryCleanupJob"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/history.db"


def keep(url: str, *runs: RunRecord) -> None:
    store = open_store(url, 5)
    store.write(Batch("elsewhere:1", at(-400), ended=runs, begun=[start(99, -500)]))
    store.close()


def kept(url: str) -> list[str]:
    store = open_store(url, 5)
    runs = store.latest("SweepJob", 100, None)
    store.close()
    return [each.record.run_id for each in runs]


def build(clock: FakeClock, url: str | None, **options: float) -> Host:
    settings = {"History": {"Url": url}, JOB: {"StartJitterInSeconds": 0, **options}}
    return add_history(HostBuilder(settings_files=(), settings=settings, clock=clock)).build()


async def test_failures_are_kept_for_longer(clock: FakeClock, url: str) -> None:
    """By default successes for 30 days and failures for 90; what went is reported."""
    ages = {1: 29, 2: 31}
    keep(url, *(run(number, -days * DAY) for number, days in ages.items()))
    ages = {3: 89, 4: 91}
    failed = Outcome.FAILED
    keep(url, *(run(number, -days * DAY, outcome=failed) for number, days in ages.items()))
    async with build(clock, url) as host:
        await clock.advance(1)
        done = await host.jobs[JOB].trigger()
    assert done.reported == {"lost": 0, "deleted_runs": 2, "deleted_skips": 0}
    assert kept(url) == ["p-99", "p-1", "p-3"]


async def test_so_many_runs_of_a_job_are_kept(clock: FakeClock, url: str) -> None:
    """The newest; in small batches, with a pause between them."""
    keep(url, *(run(number, -1_000 - number) for number in range(20)))
    async with build(clock, url, MaxRunsPerJob=3, BatchSize=5) as host:
        await clock.advance(400)
        (done,) = host.jobs[JOB].history()
    assert done.reported == {"lost": 0, "deleted_runs": 17, "deleted_skips": 0}
    assert 0.149 < done.duration < 0.151
    assert kept(url) == ["p-99", "p-0", "p-1", "p-2"]


async def test_it_ends_between_two_batches_when_the_host_stops(clock: FakeClock, url: str) -> None:
    """What is left is for the next run."""
    keep(url, *(run(number, -40 * DAY) for number in range(20)))
    host = build(clock, url, BatchSize=5, BatchPauseInMilliseconds=60_000)
    async with host:
        await clock.advance(480)
    (done,) = host.jobs[JOB].history()
    assert done.outcome is Outcome.CANCELLED
    assert done.reported is not None
    assert 0 < done.reported["deleted_runs"] < 20
    assert len(kept(url)) == 21 - done.reported["deleted_runs"]


async def test_runs_of_replicas_that_died_later_are_given_up(clock: FakeClock, url: str) -> None:
    """Not only at a start."""
    async with build(clock, url) as host:
        await clock.advance(1)
        store = open_store(url, 5)
        store.write(Batch("elsewhere:1", clock.now(), begun=[start(1)]))
        store.close()
        assert (await host.jobs[JOB].trigger()).reported == {
            "lost": 0, "deleted_runs": 0, "deleted_skips": 0
        }  # fmt: skip
        await clock.advance(301)
        assert (await host.jobs[JOB].trigger()).reported == {
            "lost": 1, "deleted_runs": 0, "deleted_skips": 0
        }  # fmt: skip


async def test_replicas_may_all_clean_up(clock: FakeClock, url: str) -> None:
    """At once, at their intervals."""
    keep(url, *(run(number, -40 * DAY) for number in range(20)))
    one, other = build(clock, url, BatchSize=3), build(clock, url, BatchSize=3)
    async with one, other:
        await clock.advance(500)
        done = [host.jobs[JOB].history()[-1] for host in (one, other)]
    assert [each.outcome for each in done] == [Outcome.SUCCEEDED, Outcome.SUCCEEDED]
    assert sum((each.reported or {})["deleted_runs"] for each in done) == 20


async def test_without_a_store_there_is_nothing_to_clean(clock: FakeClock) -> None:
    """And nothing to report."""
    async with build(clock, None) as host:
        done = await host.jobs[JOB].trigger()
    assert (done.outcome, done.reported) == (Outcome.SUCCEEDED, None)
