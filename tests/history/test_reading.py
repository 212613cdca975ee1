"""A store is read from outside, and left as it is."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, Outcome
from loopjobs.history import HistoryUnavailableError, add_history, read_history
from loopjobs.testing import FakeClock


class FailsTwice:
    """A job whose second and third run fail."""

    def __init__(self) -> None:
        self.runs = 0

    async def execute(self, ct: CancellationToken) -> None:
        self.runs += 1
        await ct.sleep(12 if self.runs == 1 else 0)
        if self.runs in {2, 3}:
            raise ValueError("as told")


async def keep_history(url: str, clock: FakeClock) -> None:
    """Run two jobs for three quarters of a minute."""
    settings = {
        "History": {"Url": url},
        "One": {"IntervalInSeconds": 10},
        "Two": {"IntervalInSeconds": 25},
    }
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    add_history(builder)
    for name in ("One", "Two"):
        builder.add_loop_job(FailsTwice, LoopJobOptions, section_name=name, name=name)
    async with builder.build():
        await clock.advance(45)


async def test_all_that_is_stored_is_read(
    servers: None, empty_database_url: str, clock: FakeClock
) -> None:
    """Of all jobs, oldest first, with what was skipped."""
    begin = clock.now()
    await keep_history(empty_database_url, clock)
    found = read_history(empty_database_url)
    of_one = [each.record for each in found.runs if each.record.job == "One"]
    assert [round((each.due_at - begin).total_seconds()) for each in of_one] == [0, 20, 30, 40]
    assert [each.outcome for each in of_one].count(Outcome.FAILED) == 2
    ends = [each.ended_at for each in found.runs]
    assert ends == sorted(ends)
    (skipped,) = found.skipped
    assert (skipped.job, skipped.outcome, skipped.count) == ("One", Outcome.SKIPPED_RUNNING, 1)
    assert timedelta(seconds=10) <= skipped.last_at - begin < timedelta(seconds=12)


def test_no_file_is_left_beside_the_store(tmp_path: Path, clock: FakeClock) -> None:
    """Though SQLite needs some to read what others are writing."""
    file = tmp_path / "history.db"
    asyncio.run(keep_history(f"sqlite:///{file}", clock))
    before = file.read_bytes()
    assert read_history(f"sqlite:///{file}").runs
    assert [each.name for each in tmp_path.iterdir()] == ["history.db"]
    assert file.read_bytes() == before


def test_a_database_without_a_history_is_left_as_it_is(tmp_path: Path) -> None:
    """Not even its journal mode changes."""
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE stock (id INTEGER)")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(HistoryUnavailableError, match=r"shop\.db: there is no history in it"):
        read_history(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["shop.db"]


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Neither the file nor its directory."""
    with pytest.raises(HistoryUnavailableError, match=r"history\.db: there is no such file"):
        read_history(f"sqlite:///{tmp_path}/var/history.db")
    assert not list(tmp_path.iterdir())


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """With the words of the database."""
    (tmp_path / "a.db").write_bytes(b"hello" * 200)
    with pytest.raises(HistoryUnavailableError, match=r"a\.db.*: file is not a database"):
        read_history(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(ValueError, match="must begin with"):
        read_history("mysql://here/shop")
