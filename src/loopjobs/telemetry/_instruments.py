"""The instruments of jobs: what a ledger knows is read on collection, the rest is heard."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from opentelemetry.context import Context
from opentelemetry.metrics import Meter, MeterProvider, get_meter

from loopjobs import CurrentRun, Event, Host, Outcome, RunEnded, RunStarted
from loopjobs.telemetry import _names as names
from loopjobs.telemetry._distributions import Recorder
from loopjobs.telemetry._families import Family, Kind, Page, Row
from loopjobs.telemetry._named import NamedCounter, NamedCounters
from loopjobs.telemetry._observing import Observing
from loopjobs.telemetry._readings import BLOCKAGES, READINGS, blockages, read_off
from loopjobs.telemetry._reported import Reported

LAST_START: Final = Family(
    "periodic.job.last_start.timestamp",
    Kind.GAUGE,
    "s",
    "When the last run began, in seconds since 1970.",
    (names.JOB,),
)
REPORTED: Final = Family(
    "periodic.job.reported",
    Kind.COUNTER,
    "",
    "What runs have reported, added up.",
    (names.JOB, names.COUNTER),
)
REPORTED_LAST: Final = Family(
    "periodic.job.reported.last",
    Kind.GAUGE,
    "",
    "What the last run that reported it said.",
    (names.JOB, names.COUNTER),
)
DURATION: Final = Family(
    "periodic.job.run.duration",
    Kind.HISTOGRAM,
    "s",
    "How long runs took.",
    (names.JOB, names.OUTCOME),
    bounds=(
        *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
        *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0),
    ),
)
LATENESS: Final = Family(
    "periodic.job.run.lateness",
    Kind.HISTOGRAM,
    "s",
    "From the moment a run was to start to its start.",
    (names.JOB,),
    bounds=(0.001, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0),
)

_NOWHERE: Final = Context()
"""A measurement belongs to no span: it is taken beside the run, not in it."""


class JobInstruments:
    """Measures the jobs of a host with the API of OpenTelemetry alone.

    Give `hear` to `HostBuilder.add_listener`, and the host, once built, to `observe`. As a
    `RunMeter` it needs no events; instruments that make it wait would delay the jobs then.

    Args:
        meters: Where instruments come from; the global provider by default.
        named: Reported counters that get metrics with names of their own.
        page: Where what is read on collection is shown as well; what is collected for this page by
            way of `meters` is without it.
        distribute: Makes what takes durations and lateness in; by default a histogram of `meters`.
    """

    def __init__(
        self,
        meters: MeterProvider | None = None,
        named: Sequence[NamedCounter] = (),
        page: Page | None = None,
        distribute: Callable[[Family], Recorder] | None = None,
    ) -> None:
        meter = get_meter(names.SCOPE, meter_provider=meters)
        self._meter = meter
        self._page = page
        make = distribute or partial(_Histogram, meter)
        self._lateness = make(LATENESS)
        self._durations = make(DURATION)
        self._reported = Reported()
        self._named = NamedCounters(named)
        self._started: dict[str, datetime] = {}

    def hear(self, event: Event, /) -> None:
        """Take note of runs."""
        if isinstance(event, RunEnded):
            record = event.record
            if record.started_at is not None:
                self._durations.record(record.duration, (record.job, record.outcome))
            if record.reported:
                self._note_reported(record.job, record.reported)
        elif isinstance(event, RunStarted):
            self._started[event.job] = event.started_at
            self._lateness.record(event.lateness, (event.job,))

    def note_start(self, run: CurrentRun, /) -> None:
        """Take note of a run that begins."""
        job = run.job
        self._started[job] = run.started_at
        self._lateness.record(run.lateness, (job,))

    def note_end(self, run: CurrentRun, outcome: Outcome, duration: float, /) -> None:
        """Take note of a run that has ended."""
        job, reported = run.job, run.reported
        self._durations.record(duration, (job, outcome))
        if reported:
            self._note_reported(job, reported)

    def observe(self, host: Host) -> None:
        """Read the jobs of this host whenever somebody collects."""
        observing = Observing(self._meter, self._page)
        observing.observe([each.family for each in READINGS], partial(read_off, host))
        observing.observe([LAST_START, REPORTED, REPORTED_LAST], self._heard)
        observing.observe([BLOCKAGES], partial(blockages, host))
        self._named.observe_with(self._meter)

    def _note_reported(self, job: str, reported: Mapping[str, float]) -> None:
        self._reported.add(job, reported)
        self._named.add(job, reported)

    def _heard(self) -> Iterator[tuple[Family, Iterator[Row]]]:
        yield LAST_START, self._starts()
        yield REPORTED, self._reported.sums()
        yield REPORTED_LAST, self._reported.latest()

    def _starts(self) -> Iterator[Row]:
        for job, at in tuple(self._started.items()):
            yield (job,), (at.timestamp(),)


class _Histogram:
    """A distribution that is kept by OpenTelemetry."""

    def __init__(self, meter: Meter, family: Family) -> None:
        self._names = family.labels
        self._attributes: dict[tuple[str, ...], Mapping[str, str]] = {}
        self._histogram = meter.create_histogram(
            family.name,
            family.unit,
            family.description,
            explicit_bucket_boundaries_advisory=family.bounds,
        )

    def record(self, value: float, labels: tuple[str, ...]) -> None:
        attributes = self._attributes.get(labels)
        if attributes is None:
            attributes = dict(zip(self._names, map(str, labels), strict=True))
            self._attributes[labels] = attributes
        self._histogram.record(value, attributes, _NOWHERE)
