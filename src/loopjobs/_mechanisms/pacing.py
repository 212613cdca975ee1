"""When is the next slot? Arithmetic only: nothing here reads a clock."""

import math
from typing import Protocol


class Schedule(Protocol):
    """The slots of one job, one ahead at a time."""

    @property
    def next_due(self) -> float:
        """The slot that comes next; infinite while it depends on the end of a run."""
        ...

    @property
    def last_due(self) -> float | None:
        """The slot that was decided last; `None` before the first, or if it is not kept here."""
        ...

    def catch_up(self, moment: float) -> int:
        """Move on to the last slot due by `moment`; return how many were passed over."""
        ...

    def count(self, first: float, until: float) -> int:
        """Return how many slots there are from one on, and before a moment that is later."""
        ...

    def take(self) -> None:
        """Note that the next slot was handed to a run."""
        ...

    def take_alone(self, moment: float) -> float | None:
        """Take the next slot, which is due by `moment`, if it is known to be the only one."""
        ...

    def pass_by(self, moment: float) -> None:
        """Note that the next slot was decided without a run."""
        ...

    def step_aside(self) -> None:
        """Note that a slot outside the schedule was handed to a run."""
        ...

    def run_ended(self, moment: float, wait: float) -> None:
        """Note that a run has ended and that `wait` seconds must lie before the next."""
        ...


class FixedRate:
    """A grid: slot k is due at origin + k times interval, computed from k, so it cannot drift."""

    __slots__ = ("_index", "_interval", "_origin", "next_due")

    def __init__(self, origin: float, interval: float) -> None:
        self._origin = origin
        self._interval = interval
        # A float times a float takes half as long, and counts as exactly for longer than anything
        # lasts.
        self._index = 0.0
        self.next_due = origin

    @property
    def last_due(self) -> float | None:
        """The slot that was decided last; `None` before the first."""
        return self._origin + (self._index - 1.0) * self._interval if self._index else None

    def catch_up(self, moment: float) -> int:
        """Move on to the last slot due by `moment`; return how many were passed over."""
        if moment < self._origin + (self._index + 1) * self._interval:
            return 0
        last = self._last_due_by(moment)
        passed = last - int(self._index)
        self._move_to(last)
        return passed

    def count(self, first: float, until: float) -> int:
        """Return how many slots there are from one on, and before a moment that is later."""
        return math.ceil((until - first) / self._interval)

    def take(self) -> None:
        """Move on to the following slot."""
        self._move_to(self._index + 1)

    def take_alone(self, moment: float) -> float | None:
        """Move on to the following slot, if that is not due yet; return the one before it."""
        index = self._index + 1.0
        following = self._origin + index * self._interval
        if moment >= following:
            return None
        self._index = index
        due, self.next_due = self.next_due, following
        return due

    def pass_by(self, moment: float) -> None:  # noqa: ARG002 - the grid does not depend on it
        """Move on to the following slot."""
        self._move_to(self._index + 1)

    def step_aside(self) -> None:
        """Leave the grid as it is."""

    def run_ended(self, moment: float, wait: float) -> None:
        """Leave the grid as it is."""

    def _due(self, index: int) -> float:
        return self._origin + index * self._interval

    def _move_to(self, index: float) -> None:
        self._index = float(index)
        self.next_due = self._origin + index * self._interval

    def _last_due_by(self, moment: float) -> int:
        index = math.floor((moment - self._origin) / self._interval)
        # The quotient is rounded; the slot's own time decides.
        if self._due(index) > moment:
            return index - 1
        return index + 1 if self._due(index + 1) <= moment else index


class FixedDelay:
    """The interval is counted from the end of the last run; there is no grid."""

    __slots__ = ("_interval", "last_due", "next_due")

    def __init__(self, first_due: float, interval: float) -> None:
        self._interval = interval
        self.next_due = first_due
        self.last_due: float | None = None
        """The slot that was decided last; `None` before the first."""

    def catch_up(self, moment: float) -> int:  # noqa: ARG002 - there is one slot at a time
        """Return 0: a slot that is late is late, there is none behind it."""
        return 0

    def count(self, first: float, until: float) -> int:  # noqa: ARG002 - it depends on runs
        """Return 1: there is one slot at a time."""
        return 1

    def take(self) -> None:
        """Wait for the end of the run."""
        self.last_due, self.next_due = self.next_due, math.inf

    def take_alone(self, moment: float) -> float:  # noqa: ARG002 - there is one slot at a time
        """Wait for the end of the run; return its slot."""
        due = self.next_due
        self.take()
        return due

    def pass_by(self, moment: float) -> None:
        """Count the interval from the moment the slot was decided."""
        self.last_due, self.next_due = self.next_due, moment + self._interval

    def step_aside(self) -> None:
        """Wait for the end of that run: it will be the last one."""
        self.next_due = math.inf

    def run_ended(self, moment: float, wait: float) -> None:
        """Count the interval, or a longer back-off, from the end of the run."""
        self.next_due = moment + max(self._interval, wait)


def backoff(interval: float, failures: int, longest: float) -> float:
    """Return the seconds to wait after that many failures in a row.

    The interval doubles with each failure after the first and never passes `longest`.
    """
    return min(math.ldexp(interval, min(failures, 64) - 1), longest)
