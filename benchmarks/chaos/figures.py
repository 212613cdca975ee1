"""What is measured, and what it is to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a figure depends on."""

    NEVER = "never"
    """It counts what must not happen once, however slow the machine is."""
    DAMAGE = "damage"
    """It counts what a control must show: without it, the figures of its fault tell nothing."""
    PACE = "pace"
    """A machine that is busy with other work may miss it. Tests do not judge it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report."""

    fault: str
    repetitions: int
    goal: str
    reached: str
    is_met: bool | None
    """`None` if it was left out."""
    kind: Kind = Kind.NEVER


def counted(
    fault: str, repetitions: int, what: str, number: int, kind: Kind = Kind.NEVER
) -> Figure:
    """Return the figure of what must not happen once."""
    return Figure(fault, repetitions, f"{what} 0", str(number), number == 0, kind)


def happened(
    fault: str, repetitions: int, what: str, number: int, least: int | None = None
) -> Figure:
    """Return the figure of a control: what must happen, or the test tells nothing.

    Args:
        fault: Whose.
        repetitions: How often it could have happened.
        what: What it is.
        number: How often it has.
        least: How often it must; each time, unless it says otherwise.
    """
    goal = f"{what}: each time" if least is None else f"{what} at least {least}"
    is_met = number >= (repetitions if least is None else least)
    return Figure(fault, repetitions, goal, str(number), is_met, Kind.DAMAGE)


def bounded(fault: str, what: str, most: float, seconds: Sequence[float]) -> Figure:
    """Return the figure of durations, the longest of which counts."""
    goal = f"{what} at most {most:g} s"
    if not seconds:
        return Figure(fault, 0, goal, "never", is_met=False)
    ordered = sorted(seconds)
    middle, late = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]
    reached = f"p50 {middle:.2f}, p95 {late:.2f}, max {ordered[-1]:.2f} s"
    return Figure(fault, len(seconds), goal, reached, ordered[-1] <= most, Kind.PACE)
