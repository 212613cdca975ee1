"""What is measured, and what it is to be."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report."""

    fault: str
    repetitions: int
    goal: str
    reached: str
    is_met: bool | None
    """`None` if it was left out."""


def counted(fault: str, repetitions: int, what: str, number: int) -> Figure:
    """Return the figure of what must not happen once."""
    return Figure(fault, repetitions, f"{what} 0", str(number), number == 0)


def happened(fault: str, repetitions: int, what: str, number: int) -> Figure:
    """Return the figure of a control: what must happen each time, or the test tells nothing."""
    is_met = number == repetitions
    return Figure(fault, repetitions, f"{what}: each time", str(number), is_met)


def bounded(fault: str, what: str, most: float, seconds: Sequence[float]) -> Figure:
    """Return the figure of durations, the longest of which counts."""
    goal = f"{what} at most {most:g} s"
    if not seconds:
        return Figure(fault, 0, goal, "never", is_met=False)
    ordered = sorted(seconds)
    middle, late = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]
    reached = f"p50 {middle:.2f}, p95 {late:.2f}, max {ordered[-1]:.2f} s"
    return Figure(fault, len(seconds), goal, reached, ordered[-1] <= most)
