"""What was measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from loops.order import Figures


@dataclass(frozen=True)
class Result:
    """One measurement."""

    case: str
    system: str
    round: int
    interval: float
    """Seconds, as it was measured: not every system can do what the case asks for."""
    figures: Figures = field(default_factory=dict)
    failure: str | None = None
    """Why there are no figures."""

    @property
    def step(self) -> tuple[str, str, int]:
        """Which measurement it is."""
        return self.case, self.system, self.round


def of_case(results: Sequence[Result], case: str, system: str) -> list[Result]:
    """Return the measurements of one system in one case, by round."""
    found = [each for each in results if (each.case, each.system) == (case, system)]
    return sorted(found, key=lambda each: each.round)
