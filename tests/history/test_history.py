"""The history of a host: written in the background, there after a restart, never in the way."""

import asyncio
import logging
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from loopjobs import (
    CancellationToken,
    Clock,
    Host,
    HostBuilder,
    LoopJobOptions,
    Outcome,
    SettingsError,
    SystemClock,
    current_run,
)
from loopjobs.history import HistoryTarget, RunHistory, StoredRun, add_history
from loopjobs.history._opening import open_store
from loopjobs.history._store import Batch
from loopjobs.testing import FakeClock

from .facts import start

TABLES = ("loopjobs_runs", "loopjobs_runs_in_progress", "loopjobs_skipped_slots")
HERE = socket.gethostname()


class CountOptions(LoopJobOptions):
    interval_in_seconds: float = 10


class CountJob:
    """Counts its runs; every third one fails."""

    def __init__(self) -> None:
        self.runs = 0

    async def execute(self, ct: CancellationToken) -> None:
        self.runs += 1
        current_run().report(number=self.runs)
        if self.runs % 3 == 0:
            raise ValueError("the third")


class LongJob:
    async def execute(self, ct: CancellationToken) -> None:
        await ct.sleep(1_000)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "history.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


def build(
    clock: Clock, url: str | None, *jobs: type, more: dict[str, object] | None = None
) -> Host:
    settings: dict[str, object] = {"History": {"Url": url}, "HistoryCleanupJob:Enabled": False}
    builder = HostBuilder(settings_files=(), settings=settings | (more or {}), clock=clock)
    add_history(builder)
    for job in jobs or (CountJob,):
        builder.add_loop_job(job, CountOptions)
    return builder.build()


async def history_of(host: Host) -> RunHistory:
    history: RunHistory = await host.container.get(RunHistory)
    return history


async def latest(host: Host, job: str = "CountJob") -> list[StoredRun]:
    return list(await (await history_of(host)).latest(job))


def create_tables(url: str) -> None:
    with closing(open_store(url, 5)) as store:
        assert store.jobs() == []


def stored(file: Path, table: str = "loopjobs_runs") -> int:
    with closing(sqlite3.connect(file)) as connection:
        ((count,),) = connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own
    return int(count)


@contextmanager
def away(file: Path) -> Iterator[None]:
    """Take the tables away."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        yield
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


async def test_runs_outlive_the_host(
    clock: FakeClock, servers: None, empty_database_url: str
) -> None:
    """What one host did, the next one tells, newest first, with errors and counters."""
    runs: list[StoredRun] = []
    for _ in range(2):
        async with build(clock, empty_database_url) as host:
            await clock.advance(25)
            runs = await latest(host)
    assert [each.record.reported for each in runs] == 2 * [{"number": n} for n in (3, 2, 1)]
    assert [each.record.outcome for each in runs] == 2 * [
        Outcome.FAILED, Outcome.SUCCEEDED, Outcome.SUCCEEDED
    ]  # fmt: skip
    assert runs[3].record.error == "ValueError: the third"
    assert "in execute" in (runs[3].record.traceback or "")
    assert {each.replica for each in runs} == {f"{HERE}:{os.getpid()}"}


async def test_a_history_that_was_asked_for_before_a_fork_names_the_process_that_ran(
    clock: FakeClock, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may load an application and fork then: workers are not their parent."""
    for place in (url, None):
        host = build(clock, place)
        history = await history_of(host)
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: 4711)
            async with host:
                await clock.advance(5)
                (run,) = await history.latest("CountJob")
            assert run.replica == f"{HERE}:4711"


async def test_a_run_is_written_after_a_while_and_told_at_once(
    clock: FakeClock, file: Path, url: str
) -> None:
    """Nobody waits for the store: neither the run, nor who looks at it."""
    async with build(clock, url) as host:
        await clock.advance(0.5)
        assert (stored(file), len(await latest(host))) == (0, 1)
        await clock.advance(1)
        assert (stored(file), len(await latest(host))) == (1, 1)


async def test_many_runs_are_written_without_waiting(
    clock: FakeClock, file: Path, url: str
) -> None:
    """As soon as a batch is full."""
    more: dict[str, object] = {
        "History": {"Url": url, "BatchSize": 3, "WriteIntervalInSeconds": 3600},
        "CountJob:IntervalInSeconds": 1,
    }
    async with build(clock, None, more=more):
        await clock.advance(1.5)
        assert stored(file) == 0
        await clock.advance(1)
        assert stored(file) == 3


async def test_what_waits_is_written_at_the_stop(clock: FakeClock, url: str) -> None:
    """Also what ended because of it."""
    async with build(clock, url, LongJob):
        await clock.advance(5)
    async with build(clock, url, CountJob) as host:
        (run,) = await latest(host, "LongJob")
    assert run.record.outcome is Outcome.CANCELLED


async def test_replicas_see_each_other(clock: FakeClock, url: str) -> None:
    """Each tells the runs of all."""
    one, other = (build(clock, url) for _ in range(2))
    async with one, other:
        await clock.advance(15)
        assert len(await latest(one)) == len(await latest(other)) == 4


async def test_no_run_is_hurt_while_the_store_is_away(
    clock: FakeClock, file: Path, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    """Runs wait for it, it is told once a minute, and all of them are there in the end."""
    host = build(clock, url)
    caplog.set_level(logging.INFO, "loopjobs.history")
    async with host:
        await clock.advance(5)
        history = await history_of(host)
        assert history.away_since is None
        with away(file):
            await clock.advance(100)
            assert host.jobs["CountJob"].status().ledger.due == 11
            assert history.away_since == clock.now().replace(second=11, minute=0)
            assert len(await latest(host)) == 11
        await clock.advance(30)
        assert (history.away_since, stored(file)) == (None, 14)
    told = [each for each in caplog.records if each.name == "loopjobs.history"]
    assert [each.levelname for each in told] == ["WARNING", "WARNING", "INFO"]
    assert "no such table" in told[0].getMessage()
    assert "7 entries wait, 0 were dropped" in told[1].getMessage()


def delete(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(f"{file.name}{end}").unlink()


def empty(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for table in (*TABLES, "loopjobs_schema"):
            connection.execute(f"DROP TABLE {table}")


@pytest.mark.parametrize(
    ("end", "told"), [(delete, "the file was deleted or replaced"), (empty, "no such table")]
)
async def test_a_store_that_was_taken_away_for_good_begins_anew(
    clock: FakeClock,
    file: Path,
    caplog: pytest.LogCaptureFixture,
    end: Callable[[Path], None],
    told: str,
    url: str,
) -> None:
    """Whoever makes room on a full disk loses what was in it, and nothing that comes after."""
    caplog.set_level(logging.INFO, "loopjobs.history")
    async with build(clock, url):
        await clock.advance(25)
        assert stored(file) == 3
        end(file)
        await clock.advance(20)
        assert stored(file) == 2
    assert told in caplog.text
    assert "the history is written again" in caplog.text


async def test_whoever_asks_while_the_store_is_away_learns_what_this_process_remembers(
    clock: FakeClock, file: Path, url: str
) -> None:
    """And since when it is away, although nothing was to be written."""
    async with build(clock, url) as host:
        await clock.advance(5)
        history = await history_of(host)
        with away(file):
            assert len(await latest(host)) == 1
            assert history.away_since == clock.now()
            assert await history.skipped("CountJob") == []
        await clock.advance(3)
        assert history.away_since is None


async def test_a_store_that_cannot_be_reached_keeps_no_host_from_starting(
    clock: FakeClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At the end it is said that the history is not complete."""
    (tmp_path / "var").write_text("in the way")
    async with build(clock, f"sqlite:///{tmp_path}/var/history.db") as host:
        await clock.advance(5)
        assert len(await latest(host)) == 1
    assert "the history ends early, 1 entries are not written" in caplog.text


async def test_slots_that_are_skipped_for_one_reason_are_one_row(
    clock: FakeClock, file: Path, url: str
) -> None:
    """From the first to the last; a run in between makes two of them."""
    async with build(clock, url) as host:
        await clock.advance(5)
        history = await history_of(host)
        await host.jobs["CountJob"].pause()
        await clock.advance(100)
        (begun,) = await history.skipped("CountJob")
        await clock.advance(400)
        (skipped,) = await history.skipped("CountJob")
        assert (begun.count, begun.first_at) == (10, skipped.first_at)
        assert (skipped.outcome, skipped.count) == (Outcome.SKIPPED_PAUSED, 50)
        assert (skipped.last_at - skipped.first_at).total_seconds() == 490
        await host.jobs["CountJob"].trigger()
        await clock.advance(10)
        newest, oldest = await history.skipped("CountJob")
        assert (newest.count, oldest) == (1, skipped)
        assert await history.skipped("CountJob", before=newest.cursor) == [oldest]
        assert await history.skipped("CountJob", limit=1) == [newest]
    assert stored(file, "loopjobs_skipped_slots") == 2


async def test_a_long_run_is_known_before_it_ends(clock: FakeClock, file: Path, url: str) -> None:
    """It has a row of its own, and the row goes when the run ends."""
    async with build(clock, url, LongJob):
        await clock.advance(0.5)
        assert stored(file, "loopjobs_runs_in_progress") == 0
        await clock.advance(300)
        with closing(open_store(url, 5)) as store:
            (run,) = store.in_progress()
        assert (clock.now() - run.seen_at).total_seconds() <= 31
    assert stored(file, "loopjobs_runs_in_progress") == 0


@pytest.mark.parametrize(
    ("replica", "silent_for", "outcome"),
    [
        (f"{HERE}:{os.getpid()}", 0, Outcome.ABANDONED),
        (f"{HERE}:{2**22 + 1}", 0, Outcome.ABANDONED),
        (f"{HERE}:{os.getppid()}", 0, None),
        (f"{HERE}:{os.getppid()}", 301, Outcome.ABANDONED),
        ("elsewhere:1", 299, None),
        ("elsewhere:1", 301, Outcome.ABANDONED),
    ],
    ids=["this one", "gone", "alive", "silent", "elsewhere", "silent elsewhere"],
)
async def test_a_run_whose_process_was_killed_is_abandoned(
    clock: FakeClock, replica: str, silent_for: float, outcome: Outcome | None, url: str
) -> None:
    """At the next start, if it was one of this machine, or was silent for five minutes."""
    with closing(open_store(url, 5)) as store:
        store.write(Batch(replica, clock.now(), begun=[start(1, job="CountJob")]))
    await clock.advance(silent_for)
    async with build(clock, url, LongJob) as host:
        await clock.advance(5)
        runs = await latest(host)
    assert [each.record.outcome for each in runs] == ([] if outcome is None else [outcome])
    for run in runs:
        assert run.replica == replica
        assert (run.record.error or "").startswith(f"ProcessLost: its process {replica}")


async def test_without_a_store_it_is_what_the_process_remembers(clock: FakeClock) -> None:
    """In pages, all the same."""
    async with build(clock, None) as host:
        await clock.advance(35)
        history = await history_of(host)
        newest, *older = await latest(host)
        assert (newest.record.reported, len(older)) == ({"number": 4}, 3)
        assert list(await history.latest("CountJob", before=newest.cursor)) == older
        assert (await history.latest("nobody's"), await history.skipped("CountJob")) == ([], [])
        assert history.away_since is None
        with pytest.raises(ValueError, match="is no cursor"):
            await history.latest("CountJob", before="yesterday")
        with pytest.raises(ValueError, match="limit"):
            await history.latest("CountJob", limit=-1)


async def test_a_service_can_say_where_it_is_kept_by_default(
    clock: FakeClock, file: Path, url: str
) -> None:
    """A function with whatever it asks for; the settings have the last word."""

    def beside(options: CountOptions) -> HistoryTarget:
        return HistoryTarget(SecretStr(url))

    for enabled in (True, False):
        settings = {"History:Enabled": enabled, "Count:IntervalInSeconds": 1}
        builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
        builder.add_options(CountOptions, "Count")
        add_history(builder, default=beside).add_loop_job(CountJob, CountOptions)
        async with builder.build():
            await clock.advance(5)
    assert stored(file) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://root:hunter2@db/x", "must begin with"),
        ("sqlite:///:memory:", "must name a file"),
        ("postgresql://ada:hunter2@db/", "must name a database"),
        ("postgresql://ada:hunter2%zz@db/x", "is not a database URL"),
    ],
)
def test_a_wrong_url_is_told_before_the_start(clock: FakeClock, url: str, why: str) -> None:
    """And not repeated: there may be a password in it."""
    with pytest.raises(SettingsError, match=why) as refused:
        build(clock, url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.smoke
async def test_on_a_real_clock_a_thread_writes(file: Path, url: str) -> None:
    """While the host runs, and what is left when it stops."""
    more: dict[str, object] = {
        "History": {"Url": f"sqlite+aiosqlite:///{file}", "WriteIntervalInSeconds": 0.01},
        "CountJob:IntervalInSeconds": 0.01,
    }
    host = build(SystemClock(), None, more=more)
    create_tables(url)
    async with host:
        async with asyncio.timeout(10):
            while len(await latest(host)) < 5 or not stored(file):
                await SystemClock().sleep(0.01)
    ledger = host.jobs["CountJob"].status().ledger
    assert stored(file) == ledger.succeeded + ledger.failed + ledger.cancelled


@pytest.mark.smoke
async def test_a_store_that_never_answers_keeps_no_host_from_stopping(
    file: Path, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    """The stop waits for `FlushTimeoutInSeconds`, and says what is missing."""
    more: dict[str, object] = {
        "History": {
            "Url": url,
            "WriteIntervalInSeconds": 3_600,
            "FlushTimeoutInSeconds": 0.05,
            "BusyTimeoutInSeconds": 0.4,
        },
    }
    host = build(SystemClock(), None, more=more)
    create_tables(url)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        async with host:
            await host.jobs["CountJob"].trigger()
            connection.execute("BEGIN IMMEDIATE")
        assert "the history ends early" in caplog.text
        connection.execute("ROLLBACK")
