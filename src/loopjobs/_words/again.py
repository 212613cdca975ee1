"""What `execute` may return."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunAgain:
    """Returned by `execute` when there is a backlog: the next run comes that soon.

    The grid goes on as it was; a slot of the grid that comes first takes its place.

    Raises:
        ValueError: `after` is negative or not finite.
    """

    after: float
    """Seconds from the end of this run."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.after) or self.after < 0:
            raise ValueError(f"RunAgain(after=...) takes seconds from 0 up, not {self.after!r}")
