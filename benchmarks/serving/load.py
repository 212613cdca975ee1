"""What came of requests."""

from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass
class Load:
    """The answers to requests of one kind."""

    answers: Counter[int] = field(default_factory=Counter)
    """HTTP status and how often it was answered; 0 where there was no answer."""
    latencies: list[float] = field(default_factory=list)
    """Milliseconds until the end of each answer."""

    def note(self, status: int, seconds: float) -> None:
        """Add an answer."""
        self.answers[status] += 1
        self.latencies.append(seconds * 1_000)

    def __add__(self, other: "Load") -> "Load":
        """Return what came of both."""
        return Load(self.answers + other.answers, self.latencies + other.latencies)

    @property
    def good(self) -> int:
        """How many did what was asked for."""
        return sum(count for status, count in self.answers.items() if _is_good(status))

    def quantile(self, share: float) -> float:
        """Return what that share of the answers stayed below, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _is_good(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
