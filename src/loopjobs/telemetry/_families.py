"""What a metric of many jobs is, whoever it is told to: OpenTelemetry, or Prometheus."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol, TypeAlias

Labels: TypeAlias = Sequence[str]
"""The values of the labels, in the order of their names."""

Row: TypeAlias = tuple[Labels, Sequence[float]]
"""The labels that tell one row from another, and a value for each cell."""


class Kind(Enum):
    """What an instrument is, to OpenTelemetry."""

    COUNTER = auto()
    UP_DOWN_COUNTER = auto()
    GAUGE = auto()
    HISTOGRAM = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """One metric: all its rows have the same cells."""

    name: str
    """As OpenTelemetry wants it: dots, no unit, no `_total`."""
    kind: Kind
    unit: str
    description: str
    labels: Sequence[str]
    """The names of the labels that tell one row from another."""
    cells: Sequence[Mapping[str, str]] = field(default=({},))
    """The other labels of each value of a row; all have the same names."""
    bounds: Sequence[float] = ()
    """Of a histogram, in the place of cells: the upper bounds of all buckets but the last, which
    has none. A row has the count of each bucket, with those below it, the count of all, and the
    sum."""


Answer: TypeAlias = Iterable[tuple[Family, Iterable[Row]]]


class Page(Protocol):
    """Where families are shown without an instrument each."""

    @property
    def is_being_written(self) -> bool:
        """Whether what is collected at this moment, in this thread, is for this page."""
        ...

    def show(self, read: Callable[[], Answer]) -> None:
        """Show what this returns, whenever the page is written."""
        ...
