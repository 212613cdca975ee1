"""`loopjobs compare`: what both schedulers ran, what one ran alone, and why."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loopjobs import HostBuilder, LoopJobOptions
from loopjobs.history import add_history
from loopjobs.side_by_side import Entry, FileJournal, Kind, Side, add_shadow
from loopjobs.testing import FakeClock

from .conftest import Command

START = datetime(2026, 1, 1, tzinfo=UTC)


def note(path: Path, side: Side, job: str, *dues: float) -> None:
    """Write runs that were due then."""
    journal = FileJournal(path)
    for due in dues:
        moment = START + timedelta(seconds=due)
        journal.append(Entry(side, Kind.RUN, job, moment, "succeeded", moment, moment, seconds=0.5))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Two jobs: one is alike, three seconds later; of the other the loop skipped a run."""
    path = tmp_path / "journal.jsonl"
    note(path, Side.OLD, "Restock", 0, 10, 20)
    note(path, Side.LOOP, "Restock", 3, 13, 23)
    note(path, Side.OLD, "Prices", 0, 10, 20)
    note(path, Side.LOOP, "Prices", 0, 20)
    skipped = START + timedelta(seconds=14)
    FileJournal(path).append(Entry(Side.LOOP, Kind.SKIP, "Prices", skipped, "skipped_running"))
    return path


def test_it_tells_of_each_job(command: Command, journal: Path) -> None:
    """What is constant is said once; what is lacking has its reason."""
    ended = command("compare", str(journal))
    assert ended.out.splitlines() == [
        "Prices  2026-01-01 00:00:00Z to 2026-01-01 00:00:20Z",
        "  2 runs in both",
        "  1 run in the old scheduler alone: 1 overrun",
        "    2026-01-01 00:00:10Z  overrun: the other's last run was still going",
        "",
        "Restock  2026-01-01 00:00:03Z to 2026-01-01 00:00:23Z",
        "  3 runs in both; those of the loop 3 s later",
        "",
        "2 jobs: 1 alike, 1 different, 0 with nothing to compare.",
    ]
    assert ended.code == 1


def test_one_job_that_is_alike_is_a_success(command: Command, journal: Path) -> None:
    """So a script can wait for it."""
    assert command("compare", str(journal), "--job", "Restock").code == 0


def test_a_greater_tolerance_needs_no_phase(command: Command, journal: Path) -> None:
    """Three seconds are within four."""
    ended = command("compare", str(journal), "--job", "Restock", "--tolerance", "4")
    assert "  3 runs in both\n" in ended.out


def test_json_has_every_run(command: Command, journal: Path) -> None:
    """Once each, with its reason where it is alone."""
    document = json.loads(command("compare", str(journal), "--json").out)
    prices, restock = document["jobs"]
    assert (prices["verdict"], restock["loop_is_behind_by"]) == ("different", 3)
    assert prices["only_old"] == [
        {
            "why": "overrun",
            "due_at": "2026-01-01T00:00:10+00:00",
            "started_at": "2026-01-01T00:00:10+00:00",
            "seconds": 0.5,
            "outcome": "succeeded",
        }
    ]
    assert [pair["apart"] for pair in restock["both"]] == [3, 3, 3]


def test_a_long_list_is_cut(command: Command, tmp_path: Path) -> None:
    """It says how much is left out, and a job that one side knows is told as that."""
    path = tmp_path / "journal.jsonl"
    note(path, Side.OLD, "Restock", *range(0, 300, 10))
    note(path, Side.LOOP, "Restock", 0, 290)
    note(path, Side.OLD, "Prices", 0)
    out = command("compare", str(path)).out
    assert "Prices  noted by one side only" in out
    assert "  28 runs in the old scheduler alone: 28 pace" in out
    assert "    and 18 more, which --json shows" in out


def test_a_stored_history_is_the_side_of_the_loop(command: Command, tmp_path: Path) -> None:
    """Beside a list of the old scheduler's runs, as Quartz would have it."""
    url = f"sqlite:///{tmp_path}/history.db"
    asyncio.run(run_for_a_minute(url))
    runs = [f"Restock,{(START + timedelta(seconds=due)).isoformat()}" for due in (0, 20, 40, 50)]
    (tmp_path / "quartz.csv").write_text("\n".join(["job,due_at", *runs]), encoding="utf-8")
    ended = command("compare", url, str(tmp_path / "quartz.csv"))
    assert ended.out.splitlines()[:3] == [
        "Restock  2026-01-01 00:00:00Z to 2026-01-01 00:00:40Z",
        "  3 runs in both",
        "",
    ]
    assert ended.code == 0


async def run_for_a_minute(url: str) -> None:
    """Keep a history of a shadow."""
    clock = FakeClock(START)
    settings = {"History": {"Url": url}, "Restock": {"IntervalInSeconds": 20}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    add_history(builder)
    add_shadow(builder, "Restock", LoopJobOptions)
    async with builder.build():
        await clock.advance(45)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("sqlite:///none.db", "the history cannot be read: none.db: there is no such file."),
        ("mysql://here/shop", "the URL of the history must begin with sqlite:///"),
        ("postgresql://me:secret@here/shop", "the URL has a password"),
        ("none.csv", "none.csv: cannot be read: No such file or directory. Name a CSV file"),
    ],
)
def test_a_source_that_is_none_is_told_in_a_line(
    command: Command, source: str, message: str
) -> None:
    """Without a password that was in it."""
    ended = command("compare", source)
    assert message in ended.err
    assert "secret" not in ended.err
    assert (ended.code, ended.err.count("\n")) == (2, 1)


def test_mistakes_are_told_in_a_line(command: Command, journal: Path, tmp_path: Path) -> None:
    """A file that is not there, a file that is none, a job that nobody knows."""
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text("hello\n", encoding="utf-8")
    missing = command("compare", str(tmp_path / "missing"))
    assert (missing.code, missing.err.count("\n")) == (2, 1)
    assert "wrong.jsonl:1: no entry of a journal" in command("compare", str(wrong)).err
    unknown = command("compare", str(journal), "--job", "restok")
    assert "no job 'restok'; they have Prices, Restock" in unknown.err
