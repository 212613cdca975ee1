"""The figures that the jobs are to reach, and whether they do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from filling.on_disk import ENGINES, POSTGRESQL, SQLITE, TITLES
from sweeps import bulk_job_cleanup, pc_delete, pc_keep_alive, token_cleanup
from sweeps.case import Case
from sweeps.catalogue import CASES
from sweeps.measuring import Result

Reading: TypeAlias = Callable[[Sequence[Result]], float | None]
_TENTH: Final = 10
_MILLISECONDS: Final = 1e3


@dataclass(frozen=True)
class Goal:
    """A figure of a job over all the rows of the specification, and its limit on each database."""

    title: str
    case: Case
    limits: dict[str, float]
    unit: str
    reading: Reading
    """Gets what was measured of the job on one database, the largest size last."""

    def verdicts(self, results: Sequence[Result]) -> Iterator[tuple[str, str, str, str]]:
        """Give title, limit, what was reached and whether it is met, by database."""
        for engine, limit in self.limits.items():
            value = self._reached(results, engine)
            if value is not None:
                yield (
                    f"{self.title}, {TITLES[engine]}",
                    f"at most {limit:g}{self.unit}",
                    f"{value:.3g}{self.unit}",
                    "met" if value <= limit else "**missed**",
                )

    def _reached(self, results: Sequence[Result], engine: str) -> float | None:
        found = [
            each
            for each in results
            if (each.case, each.engine, each.is_peer) == (self.case.name, engine, False)
        ]
        found.sort(key=lambda each: each.rows)
        if not found or found[-1].rows < self.case.full_rows:
            return None
        return self.reading(found)


def verdicts_of(results: Sequence[Result]) -> Iterator[tuple[str, str, str, str]]:
    """Give a row for each goal of what was measured at full size: smaller ones say nothing."""
    for goal in GOALS:
        yield from goal.verdicts(results)


def _both(limit: float) -> dict[str, float]:
    return dict.fromkeys(ENGINES, limit)


def _longest_write(found: Sequence[Result]) -> float:
    return found[-1].longest_write * _MILLISECONDS


def _seconds(found: Sequence[Result]) -> float:
    return found[-1].seconds


def _memory(found: Sequence[Result]) -> float | None:
    """Return the memory of the largest size as a multiple of that of a tenth of it."""
    largest = found[-1]
    tenth = [each for each in found if each.rows * _TENTH == largest.rows]
    return largest.memory_peak / tenth[0].memory_peak if tenth else None


def _beyond_the_password(found: Sequence[Result]) -> float | None:
    p99 = _p99("sign-in")(found)
    return None if p99 is None else p99 - found[-1].password * _MILLISECONDS


def _p99(what: str) -> Reading:
    return lambda found: next((felt.p99 for felt in found[-1].on if felt.what == what), None)


def _longest(what: str) -> Reading:
    return lambda found: next((felt.longest for felt in found[-1].on if felt.what == what), None)


_WRITES: Final = {SQLITE: 500.0, POSTGRESQL: 250.0}

GOALS: Final = (
    *(
        Goal(
            f"longest transaction of {case.name} that writes", case, _WRITES, " ms", _longest_write
        )
        for case in (pc_delete.CASE, bulk_job_cleanup.CASE)
    ),
    Goal(
        "p99 of a sign-in beside TokenCleanupJob, beyond what the password takes",
        token_cleanup.CASE,
        {SQLITE: 250.0, POSTGRESQL: 50.0},
        " ms",
        _beyond_the_password,
    ),
    Goal(
        "p99 of a keep-alive beside PcKeepAliveJob",
        pc_keep_alive.CASE,
        _both(100.0),
        " ms",
        _p99("keep-alive"),
    ),
    Goal(
        "longest that a list sent beside BulkJobCleanup takes",
        bulk_job_cleanup.CASE,
        _both(500.0),
        " ms",
        _longest("list sent"),
    ),
    Goal("a million PCs swept", pc_keep_alive.CASE, _both(5.0), " s", _seconds),
    *(
        Goal(
            f"memory of {case.name} to that over a tenth of the rows", case, _both(1.1), "", _memory
        )
        for case in CASES
    ),
)
