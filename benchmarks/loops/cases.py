"""What the benchmark measures."""

from dataclasses import dataclass
from typing import Final

from loops.order import Measure
from loops.systems import Kind


@dataclass(frozen=True)
class Case:
    """So many jobs at such an interval, or another thing to measure."""

    name: str
    title: str
    kinds: tuple[Kind, ...]
    measure: Measure = "ticks"
    jobs: int = 1
    interval: float = 1.0
    is_spread: bool = False
    seconds: float = 1.0
    rounds: int = 1
    patience: float = 60.0
    """Seconds that one measurement may take."""
    is_a_size: bool = False
    """Whether a system that fell behind at a smaller size is left out."""


_SIZES: Final[tuple[Kind, ...]] = ("bare", "hand", "ours", "peer")
_ALL: Final[tuple[Kind, ...]] = ("bare", "hand", "ours", "variant", "peer")

CASES: Final = (
    Case("one", "1 job", _SIZES, interval=0.01, seconds=0.7, rounds=3),
    Case("burst-100", "100 at once", _SIZES, jobs=100, interval=0.1, is_a_size=True),
    Case(
        "burst-1000",
        "1,000 at once",
        _ALL,
        jobs=1_000,
        interval=0.1,
        rounds=9,
        is_a_size=True,
    ),
    Case("burst-10000", "10,000 at once", _SIZES, jobs=10_000, interval=2, is_a_size=True),
    Case(
        "burst-100000",
        "100,000 at once",
        _SIZES,
        jobs=100_000,
        interval=5,
        patience=120,
        is_a_size=True,
    ),
    Case(
        "spread-100",
        "100 spread out",
        _SIZES,
        jobs=100,
        interval=0.5,
        is_spread=True,
        is_a_size=True,
    ),
    Case(
        "spread-1000",
        "1,000 spread out",
        _ALL,
        jobs=1_000,
        is_spread=True,
        rounds=3,
        is_a_size=True,
    ),
    Case(
        "spread-10000",
        "10,000 spread out",
        _SIZES,
        jobs=10_000,
        interval=2,
        is_spread=True,
        is_a_size=True,
    ),
    Case(
        "spread-100000",
        "100,000 spread out",
        ("bare", "ours"),
        jobs=100_000,
        interval=10,
        is_spread=True,
        patience=120,
        is_a_size=True,
    ),
    Case("idle", "idle, resident", _ALL, "memory", jobs=2_000, interval=3_600),
    Case("heap", "idle, allocated by Python", _ALL, "heap", jobs=1_000, interval=3_600),
    Case("import", "import", (*_ALL, "floor"), "import", rounds=9),
    Case("saturation", "1,000 at once, shortest interval", _SIZES, jobs=1_000),
)


def case_named(name: str) -> Case:
    """Return the case of that name."""
    return next(case for case in CASES if case.name == name)
