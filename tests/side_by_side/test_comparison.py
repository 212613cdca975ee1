"""Two journals are compared: each run is told once, with its counterpart or with a reason."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs.side_by_side import (
    Comparison,
    Entry,
    FileJournal,
    JournalError,
    Kind,
    Side,
    Verdict,
    Why,
    compare,
    read_journal,
)

START = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.lists(st.integers(0, 40).map(float), max_size=8).map(sorted)


def at(seconds: float) -> datetime:
    """Return the instant after so many seconds."""
    return START + timedelta(seconds=seconds)


def entry(side: Side, due: float, kind: Kind = Kind.RUN, what: str = "", **facts: object) -> Entry:
    """Make an entry about a job."""
    facts = {"job": "Restock", "at": at(due), "due_at": at(due), **facts}
    return Entry(side=side, kind=kind, what=what, **facts)  # type: ignore[arg-type]


def compared(old: list[float], new: list[float], tolerance: float) -> Comparison:
    """Compare runs that were due then; each side has looked at the clock."""
    entries = [entry(side, -100, Kind.BEGIN, due_at=None) for side in Side]
    entries += [entry(Side.OLD, due) for due in old]
    entries += [entry(Side.LOOP, due) for due in new]
    (found,) = compare(entries, tolerance)
    return found


def most_pairs(old: list[float], new: list[float], tolerance: float) -> int:
    """Find by trying everything how many pairs there can be."""
    fits = [(i, j) for i, a in enumerate(old) for j, b in enumerate(new) if abs(a - b) <= tolerance]
    for size in range(min(len(old), len(new)), 0, -1):
        for chosen in combinations(fits, size):
            if len({i for i, _ in chosen}) == len({j for _, j in chosen}) == size:
                return size
    return 0


@given(moments, moments, st.integers(0, 5))
def test_pairs_are_near_and_each_run_is_in_one_at_most(
    old: list[float], new: list[float], tolerance: int
) -> None:
    """Whatever the two sides did."""
    found = compared(old, new, tolerance)
    assert all(abs(pair.apart - found.phase) <= tolerance for pair in found.both)
    assert len({id(pair.old) for pair in found.both}) == len(found.both)
    assert len({id(pair.loop) for pair in found.both}) == len(found.both)


short = st.lists(st.integers(0, 12).map(float), max_size=4).map(sorted)


@given(short, short, st.integers(0, 3))
def test_no_other_way_pairs_more_of_them(
    old: list[float], new: list[float], tolerance: int
) -> None:
    """Compared with trying all ways."""
    found = compared(old, new, tolerance)
    moved = [moment + found.phase for moment in old]
    assert len(found.both) == most_pairs(moved, new, tolerance)
    assert len(found.both) >= most_pairs(old, new, tolerance)


@given(moments, moments, st.integers(0, 3))
def test_each_run_within_the_window_is_told_once(
    old: list[float], new: list[float], tolerance: int
) -> None:
    """As one that both had, or with a reason."""
    entries = [entry(Side.OLD, each) for each in old] + [entry(Side.LOOP, each) for each in new]
    whole = [
        Entry(side, kind, "Restock", at(moment))
        for side in Side
        for kind, moment in ((Kind.BEGIN, -100.0), (Kind.END, 200.0))
    ]
    (found,) = compare([*entries, *whole], tolerance)
    assert len(found.both) + len(found.only_old) == len(old)
    assert len(found.both) + len(found.only_loop) == len(new)


def test_what_the_loop_skipped_is_found_however_late_it_said_so() -> None:
    """A skip is of the slots since the entry before it; listeners hear of it a little later."""
    entries = [
        *(entry(Side.OLD, due) for due in (0, 10, 20)),
        entry(Side.LOOP, 0, at=at(14)),
        entry(Side.LOOP, 20.02, Kind.SKIP, "skipped_running", due_at=None),
        entry(Side.LOOP, 20, at=at(34)),
    ]
    (found,) = compare(entries, tolerance=1)
    assert [(each.entry.moment, each.why) for each in found.only_old] == [(at(10), Why.OVERRUN)]


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ("skipped_paused", Why.PAUSE),
        ("skipped_backoff", Why.BACK_OFF),
        ("skipped_elsewhere", Why.ELSEWHERE),
        ("skipped_lease_unavailable", Why.ELSEWHERE),
        ("missed", Why.MISFIRE),
        ("owned_by_loop", Why.OWNED_BY_LOOP),
    ],
)
@pytest.mark.parametrize("other", list(Side))
def test_a_reason_is_what_the_other_side_said(outcome: str, why: Why, other: Side) -> None:
    """In words that are the same for both."""
    side = Side.OLD if other is Side.LOOP else Side.LOOP
    entries = [
        *(entry(side, due) for due in (0, 10, 20)),
        *(entry(other, due) for due in (0, 20)),
        entry(other, 10, Kind.SKIP, outcome),
    ]
    (found,) = compare(entries, tolerance=1)
    assert [each.why for each in (*found.only_old, *found.only_loop)] == [why]


def test_one_side_alone_is_no_comparison() -> None:
    """And that is said, instead of a hundred runs without a counterpart."""
    (found,) = compare([entry(Side.OLD, due) for due in range(0, 100, 10)], tolerance=1)
    assert (found.verdict, found.since, found.only_old) == (Verdict.NOTHING, None, ())


def test_a_negative_tolerance_is_refused() -> None:
    """It would pair nothing."""
    with pytest.raises(ValueError, match="0 or more seconds"):
        compare([], -1)


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    """Also if two wrote it, and the last line is not yet whole."""
    path = tmp_path / "journal.jsonl"
    old = entry(Side.OLD, 10.25, what="succeeded", started_at=at(10.3), seconds=1.5)
    skipped = Entry(Side.LOOP, Kind.SKIP, "Restock", at(5), "missed", count=3)
    FileJournal(path).append(old)
    FileJournal(path).append(skipped)
    with path.open("ab") as file:
        file.write(b'{"side": "old"')
    assert read_journal([path]) == [skipped, old]


@pytest.mark.parametrize(
    "line", ["{}", "[]", "nonsense", '{"side":"old","kind":"run","at":"2026"}']
)
def test_a_file_that_is_no_journal_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    """And not half read."""
    path = tmp_path / "journal.jsonl"
    FileJournal(path).append(entry(Side.OLD, 1))
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(JournalError, match=r"journal\.jsonl:2: no entry"):
        read_journal([path])
    with pytest.raises(JournalError, match="cannot be read"):
        read_journal([tmp_path / "missing.jsonl"])
