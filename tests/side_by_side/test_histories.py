"""The comparison takes what was stored: by the loop, and by the old scheduler."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loopjobs import Outcome, RunRecord
from loopjobs.history import SkippedSlots, StoredRun
from loopjobs.side_by_side import (
    JournalError,
    Kind,
    Side,
    Verdict,
    Why,
    compare,
    entries_of_history,
    read_old_history,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return that many seconds from the beginning."""
    return BEGIN + timedelta(seconds=seconds)


def run(job: str, due: float, outcome: Outcome = Outcome.SUCCEEDED) -> StoredRun:
    """Return a run of two seconds."""
    record = RunRecord(f"{job}-{due}", job, outcome, at(due), at(due), 2.0)
    return StoredRun(record, "here:1", at(due + 2), "")


def skipped(job: str, due: float, outcome: Outcome) -> SkippedSlots:
    """Return one slot that passed."""
    return SkippedSlots(job, "here:1", outcome, 1, at(due), at(due), "")


def old_runs(tmp_path: Path, *lines: str) -> Path:
    """Write a list of runs."""
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_stored_history_is_compared_with_a_list_of_old_runs(tmp_path: Path) -> None:
    """What the loop skipped has its reason; a run that failed is a run."""
    path = old_runs(
        tmp_path,
        "job,due_at,started_at,ended_at,outcome",
        "Restock,2026-01-01T00:00:00Z,2026-01-01T00:00:00.2Z,2026-01-01T00:00:01Z,succeeded",
        "Restock,2026-01-01T01:00:10+01:00,,,",
        "Restock,,2026-01-01T00:00:20Z,2026-01-01T00:00:21Z,failed",
    )
    runs = [run("Restock", 0), run("Restock", 20, Outcome.FAILED)]
    passed = [skipped("Restock", 10, Outcome.SKIPPED_RUNNING)]
    (found,) = compare([*read_old_history(path), *entries_of_history(runs, passed)], 1)
    assert found.verdict is Verdict.DIFFERENT
    assert [(pair.old.what, pair.loop.what) for pair in found.both] == [
        ("succeeded", "succeeded"),
        ("failed", "failed"),
    ]
    assert found.both[0].old.seconds == pytest.approx(0.8)
    assert [(lone.entry.moment, lone.why) for lone in found.only_old] == [(at(10), Why.OVERRUN)]


def test_of_a_job_with_a_shadow_only_the_shadow_counts() -> None:
    """Its own runs were started by the old scheduler."""
    entries = entries_of_history(
        [run("Restock", 0), run("Restock-shadow", 3), run("Prices", 5)],
        [
            skipped("Restock", 7, Outcome.SKIPPED_PAUSED),
            skipped("Restock-shadow", 8, Outcome.MISSED),
        ],
    )
    assert {each.side for each in entries} == {Side.LOOP}
    assert [(each.job, each.kind, each.moment) for each in entries] == [
        ("Restock", Kind.RUN, at(3)),
        ("Prices", Kind.RUN, at(5)),
        ("Restock", Kind.SKIP, at(8)),
    ]


def test_names_in_any_case_and_semicolons_will_do(tmp_path: Path) -> None:
    """As spreadsheets write them, with a byte order mark."""
    path = tmp_path / "runs.csv"
    path.write_text("Job;Started_At\nRestock;2026-01-01T00:00:00Z\n", encoding="utf-8-sig")
    (entry,) = read_old_history(path)
    assert (entry.job, entry.moment, entry.what) == ("Restock", BEGIN, "succeeded")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Restock,2026-01-01 00:00:00", r"runs\.csv:2: no run: .* has no offset from UTC"),
        ("Restock,soon", r"runs\.csv:2: no run: Invalid isoformat string"),
        ("Restock,", r"runs\.csv:2: no run: it has no job, or neither due_at nor started_at"),
        (",2026-01-01T00:00:00Z", r"runs\.csv:2: no run: it has no job"),
        ('"Restock', r"runs\.csv:1: no run: unexpected end of data"),
    ],
)
def test_a_line_that_is_no_run_says_where_and_what_to_do(
    tmp_path: Path, line: str, message: str
) -> None:
    """An instant without an offset could be anywhere."""
    with pytest.raises(JournalError, match=f"{message}.*Begin with a line job,due_at"):
        read_old_history(old_runs(tmp_path, "job,due_at", line))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """And so is one that is not there."""
    path = tmp_path / "runs.csv"
    with pytest.raises(JournalError, match="cannot be read: No such file"):
        read_old_history(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(JournalError, match="is not UTF-8"):
        read_old_history(path)
