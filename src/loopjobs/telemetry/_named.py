"""Counters that a job reports, as metrics with names of their own."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from opentelemetry.metrics import CallbackOptions, Meter, Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCounter:
    """One counter that one job reports, and the metric it feeds.

    Several of one `name` with different `attributes` are one metric.
    """

    name: str
    """As OpenTelemetry wants it: dots, no unit, no `_total`."""
    description: str
    job: str
    counter: str
    unit: str = "1"
    is_level: bool = False
    """Whether it is a level that each run sees anew, such as a backlog, rather than something done,
    which adds up."""
    unless: str | None = None
    """Runs that report this counter as well, and not as 0, do not count: rehearsals, say."""
    attributes: Mapping[str, str] = field(default_factory=dict)


class NamedCounters:
    """Keeps what runs report under the names that were given.

    What adds up is there with 0 from the start, so that a first increase is seen as one.
    """

    def __init__(self, counters: Sequence[NamedCounter]) -> None:
        self._values = {at: 0.0 for at, each in enumerate(counters) if not each.is_level}
        self._counters = counters
        self._by_job: dict[str, list[tuple[int, NamedCounter]]] = {}
        for at, each in enumerate(counters):
            self._by_job.setdefault(each.job, []).append((at, each))

    def add(self, job: str, reported: Mapping[str, float]) -> None:
        """Note what a run has reported."""
        for at, each in self._by_job.get(job, ()):
            value = reported.get(each.counter)
            if value is None or not math.isfinite(value):
                continue
            if each.unless is not None and reported.get(each.unless):
                continue
            known = 0.0 if each.is_level else self._values[at]
            self._values[at] = value if each.is_level else known + max(value, 0.0)

    def observe_with(self, meter: Meter) -> None:
        """Create the instruments."""
        rows = sorted(enumerate(self._counters), key=_name_of)
        for name, group in groupby(rows, key=_name_of):
            members = list(group)
            first = members[0][1]
            create = (
                meter.create_observable_gauge if first.is_level else meter.create_observable_counter
            )
            create(name, [_Observer(self._values, members)], first.unit, first.description)


class _Observer:
    """Answers for one instrument."""

    def __init__(
        self, values: Mapping[int, float], members: Sequence[tuple[int, NamedCounter]]
    ) -> None:
        self._values = values
        self._members = members

    def __call__(self, _: CallbackOptions) -> Iterable[Observation]:
        return list(self._observations())

    def _observations(self) -> Iterator[Observation]:
        for at, each in self._members:
            value = self._values.get(at)
            if value is not None:
                yield Observation(value, dict(each.attributes))


def _name_of(row: tuple[int, NamedCounter]) -> str:
    return row[1].name
