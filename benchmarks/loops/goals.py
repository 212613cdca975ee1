"""The figures that are to be reached, and whether they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from loops.figures import median_of, ratio_of
from loops.results import Result

Reading = Callable[[Sequence[Result]], float | None]


@dataclass(frozen=True)
class Goal:
    """A figure that has a limit."""

    title: str
    limit: float
    unit: str
    reading: Reading
    is_a_floor: bool = False
    """Whether it is to be at least the limit, and not at most."""

    def verdict(self, results: Sequence[Result]) -> tuple[str, str, str, str] | None:
        """Return title, limit, what was reached and whether it is met; `None` if not measured."""
        value = self.reading(results)
        if value is None:
            return None
        is_met = value >= self.limit if self.is_a_floor else value <= self.limit
        bound = "at least" if self.is_a_floor else "at most"
        verdict = "met" if is_met else "**missed**"
        return (
            self.title,
            f"{bound} {self.limit:g}{self.unit}",
            f"{value:.3g}{self.unit}",
            verdict,
        )


def _to_bare(case: str, system: str) -> Reading:
    return lambda results: ratio_of(results, case, system, "cpu_per_tick_s")


def _of(case: str, system: str, figure: str, factor: float = 1.0) -> Reading:
    def read(results: Sequence[Result]) -> float | None:
        found = median_of(results, case, system, figure)
        return None if found is None else found * factor

    return read


def _over(case: str, figure: str, system: str, other: str) -> Reading:
    """Return how often the figure of one system goes into that of another."""

    def read(results: Sequence[Result]) -> float | None:
        own = median_of(results, case, system, figure)
        theirs = median_of(results, case, other, figure)
        return None if not own or theirs is None else theirs / own

    return read


def _above_bare(results: Sequence[Result]) -> float | None:
    own = median_of(results, "idle", "loopjobs", "bytes_per_job")
    bare = median_of(results, "idle", "bare", "bytes_per_job")
    return None if own is None or bare is None else (own - bare) / 1_024


_TICK: Final = "cpu_per_tick_s"

GOALS: Final = (
    Goal(
        "CPU of a tick to that of a bare loop, 1,000 at once",
        0.7,
        "",
        _to_bare("burst-1000", "loopjobs"),
    ),
    Goal("the same, spread out", 0.7, "", _to_bare("spread-1000", "loopjobs")),
    Goal(
        "the same, with history and health, 1,000 at once",
        1.3,
        "",
        _to_bare("burst-1000", "watched"),
    ),
    Goal("the same, with metrics", 2.0, "", _to_bare("burst-1000", "metrics")),
    Goal(
        "CPU of a tick of APScheduler 3 to ours, 1,000 at once",
        5.0,
        "",
        _over("burst-1000", _TICK, "loopjobs", "apscheduler-3"),
        is_a_floor=True,
    ),
    Goal(
        "that of APScheduler 4 to ours",
        40.0,
        "",
        _over("burst-1000", _TICK, "loopjobs", "apscheduler-4"),
        is_a_floor=True,
    ),
    Goal(
        "p99 lateness of 100,000 jobs every 10 s, spread out",
        100.0,
        " ms",
        _of("spread-100000", "loopjobs", "late_p99_s", 1e3),
    ),
    Goal("start of 100,000 jobs", 3.0, " s", _of("burst-100000", "loopjobs", "start_s")),
    Goal("stop of 100,000 jobs", 3.0, " s", _of("burst-100000", "loopjobs", "stop_s")),
    Goal("memory of an idle job above a bare loop", 2.0, " KiB", _above_bare),
    Goal(
        "import of the core to that of what it stands on",
        1.5,
        "",
        _over("import", "import_s", "dependencies", "loopjobs"),
    ),
)
