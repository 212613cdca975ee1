"""What both schedulers ran, what only one of them did, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from loopjobs.side_by_side._entries import Entry, Kind, Side
from loopjobs.side_by_side._matching import find_phase, match
from loopjobs.side_by_side._reasons import Reasons, Why


@dataclass(frozen=True, slots=True)
class Pair:
    """A run that both had."""

    old: Entry
    loop: Entry
    apart: float
    """Seconds by which the loop's was due later."""


@dataclass(frozen=True, slots=True)
class Lone:
    """A run that one side had alone."""

    entry: Entry
    why: Why


class Verdict(StrEnum):
    """What a comparison comes to."""

    ALIKE = "alike"
    """Each run of the one has its counterpart."""
    DIFFERENT = "different"
    """Some have none."""
    NOTHING = "nothing"
    """There was no time at which both looked at the clock, or no run in it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One job, for as long as both sides looked at the clock."""

    job: str
    since: datetime | None
    until: datetime | None
    phase: float
    """Seconds by which the loop is behind all the time; 0 within the tolerance."""
    both: Sequence[Pair]
    only_old: Sequence[Lone]
    only_loop: Sequence[Lone]

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        if self.only_old or self.only_loop:
            return Verdict.DIFFERENT
        return Verdict.ALIKE if self.both else Verdict.NOTHING


def compare(entries: Iterable[Entry], tolerance: float) -> list[Comparison]:
    """Compare the two sides, job by job.

    Args:
        entries: Of both, in the order of their times.
        tolerance: How many seconds apart two runs may be due that are one and the same; less than
            half an interval.

    Raises:
        ValueError: the tolerance is negative.
    """
    if tolerance < 0:
        raise ValueError(f"a tolerance is 0 or more seconds, not {tolerance:g}")
    known = list(entries)
    jobs = dict.fromkeys(entry.job for entry in known if entry.job)
    return [_compare_job(job, known, tolerance) for job in sorted(jobs)]


def _compare_job(job: str, known: Sequence[Entry], tolerance: float) -> Comparison:
    old = [each for each in known if each.side is Side.OLD and each.job in (job, "")]
    loop = [each for each in known if each.side is Side.LOOP and each.job == job]
    if not old or not loop:
        return Comparison(job, None, None, 0.0, (), (), ())
    old_runs, loop_runs = _runs(old), _runs(loop)
    old_due, loop_due = _due(old_runs), _due(loop_runs)
    phase = find_phase(old_due, loop_due, tolerance)
    pairs = match([due + phase for due in old_due], loop_due, tolerance)
    window = _window(old, loop, timedelta(seconds=phase))
    reasons = Reasons(old, loop, phase, tolerance)
    lone_old = _others(old_runs, {left for left, _ in pairs}, timedelta(seconds=phase), window)
    lone_loop = _others(loop_runs, {right for _, right in pairs}, timedelta(), window)
    return Comparison(
        job=job,
        since=window[0],
        until=window[1],
        phase=phase,
        both=[_pair(old_runs[left], loop_runs[right]) for left, right in pairs],
        only_old=[Lone(each, reasons.of_old(each)) for each in lone_old],
        only_loop=[Lone(each, reasons.of_loop(each)) for each in lone_loop],
    )


def _window(
    old: Sequence[Entry], loop: Sequence[Entry], phase: timedelta
) -> tuple[datetime, datetime]:
    """Return from when to when both looked at the clock, as far as their notes tell."""
    of_old = [each.moment + phase for each in old]
    of_loop = [each.moment for each in loop]
    return max(min(of_old), min(of_loop)), min(max(of_old), max(of_loop))


def _runs(entries: Sequence[Entry]) -> list[Entry]:
    runs = (each for each in entries if each.kind is Kind.RUN)
    return sorted(runs, key=lambda run: run.moment)


def _due(runs: Sequence[Entry]) -> list[float]:
    return [run.moment.timestamp() for run in runs]


def _pair(old: Entry, loop: Entry) -> Pair:
    return Pair(old, loop, (loop.moment - old.moment).total_seconds())


def _others(
    runs: Sequence[Entry],
    paired: set[int],
    phase: timedelta,
    window: tuple[datetime, datetime],
) -> list[Entry]:
    since, until = window
    return [
        run
        for place, run in enumerate(runs)
        if place not in paired and since <= run.moment + phase <= until
    ]
