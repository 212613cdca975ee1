"""The instruments of jobs: what a ledger knows is read on collection, the rest is heard."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Meter, MeterProvider, Observation, get_meter

from loopjobs import (
    CurrentRun,
    Event,
    Host,
    JobStatus,
    LoopJobOptions,
    Outcome,
    RunEnded,
    RunStarted,
)
from loopjobs.telemetry import _names as names
from loopjobs.telemetry._distributions import DistributionSpec, Labels, Recorder
from loopjobs.telemetry._named import NamedCounter, NamedCounters
from loopjobs.telemetry._readings import BLOCKAGES, READINGS, Kind, Reading, Values, blockages
from loopjobs.telemetry._reported import Reported

LAST_START: Final = "periodic.job.last_start.timestamp"
REPORTED: Final = "periodic.job.reported"
REPORTED_LAST: Final = "periodic.job.reported.last"

DURATION: Final = DistributionSpec(
    "periodic.job.run.duration",
    "How long runs took.",
    (
        *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
        *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0),
    ),
    (names.JOB, names.OUTCOME),
)
LATENESS: Final = DistributionSpec(
    "periodic.job.run.lateness",
    "From the moment a run was to start to its start.",
    (0.001, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0),
    (names.JOB,),
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
        distribute: Makes what takes durations and lateness in; by default a histogram of `meters`.
    """

    def __init__(
        self,
        meters: MeterProvider | None = None,
        named: Sequence[NamedCounter] = (),
        distribute: Callable[[DistributionSpec], Recorder] | None = None,
    ) -> None:
        meter = get_meter(names.SCOPE, meter_provider=meters)
        self._meter = meter
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
        self._started[run.job] = run.started_at
        self._lateness.record(run.lateness, (run.job,))

    def note_end(self, run: CurrentRun, outcome: Outcome, duration: float, /) -> None:
        """Take note of a run that has ended."""
        self._durations.record(duration, (run.job, outcome))
        if run.reported:
            self._note_reported(run.job, run.reported)

    def observe(self, host: Host) -> None:
        """Read the jobs of this host whenever somebody collects."""
        view = _View(host)
        for reading in READINGS:
            _create(self._meter, reading, view.reader(reading))
        meter = self._meter
        meter.create_observable_gauge(
            LAST_START,
            [self._observe_starts],
            "s",
            "When the last run began, in seconds since 1970.",
        )
        meter.create_observable_counter(
            REPORTED,
            [self._observe_sums],
            "",
            "What runs have reported, added up.",
        )
        meter.create_observable_gauge(
            REPORTED_LAST,
            [self._observe_latest],
            "",
            "What the last run that reported it said.",
        )
        meter.create_observable_counter(
            BLOCKAGES,
            [lambda _: _observe_blockages(host)],
            "{blockage}",
            "How often the event loop was blocked.",
        )
        self._named.observe_with(meter)

    def _note_reported(self, job: str, reported: Mapping[str, float]) -> None:
        self._reported.add(job, reported)
        self._named.add(job, reported)

    def _observe_starts(self, _: CallbackOptions) -> Iterable[Observation]:
        return [
            Observation(at.timestamp(), {names.JOB: job})
            for job, at in tuple(self._started.items())
        ]

    def _observe_sums(self, _: CallbackOptions) -> Iterable[Observation]:
        return [_reported(*each) for each in self._reported.sums()]

    def _observe_latest(self, _: CallbackOptions) -> Iterable[Observation]:
        return [_reported(*each) for each in self._reported.latest()]


class _Histogram:
    """A distribution that is kept by OpenTelemetry."""

    def __init__(self, meter: Meter, spec: DistributionSpec) -> None:
        self._names = spec.labels
        self._attributes: dict[Labels, Mapping[str, str]] = {}
        self._histogram = meter.create_histogram(
            spec.name, "s", spec.description, explicit_bucket_boundaries_advisory=spec.bounds
        )

    def record(self, value: float, labels: Labels) -> None:
        attributes = self._attributes.get(labels)
        if attributes is None:
            attributes = dict(zip(self._names, map(str, labels), strict=True))
            self._attributes[labels] = attributes
        self._histogram.record(value, attributes, _NOWHERE)


class _View:
    """The jobs as they are in one collection.

    To ask a job how it is costs more than to tell it on, and there are many instruments: the first
    of them asks, and the others tell what it was answered.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._seen: Sequence[JobStatus[LoopJobOptions]] = ()

    def reader(self, reading: Reading) -> Callable[[CallbackOptions], Iterable[Observation]]:
        """Return what answers for one instrument."""
        is_first = reading is READINGS[0]

        def read(_: CallbackOptions) -> Iterable[Observation]:
            if is_first:
                self._seen = [job.status() for job in self._host.jobs.values()]
            return [
                observation
                for status in self._seen
                for observation in _observations(status.name, reading.read(status))
            ]

        return read


def _observations(job: str, values: Values) -> Iterable[Observation]:
    for attributes, value in values:
        yield Observation(value, {names.JOB: job, **attributes})


def _create(
    meter: Meter, reading: Reading, read: Callable[[CallbackOptions], Iterable[Observation]]
) -> None:
    creators = {
        Kind.COUNTER: meter.create_observable_counter,
        Kind.UP_DOWN_COUNTER: meter.create_observable_up_down_counter,
        Kind.GAUGE: meter.create_observable_gauge,
    }
    creators[reading.kind](reading.name, [read], reading.unit, reading.description)


def _observe_blockages(host: Host) -> Iterable[Observation]:
    count = blockages(host)
    return [] if count is None else [Observation(count)]


def _reported(job: str, counter: str, value: float) -> Observation:
    return Observation(value, {names.JOB: job, names.COUNTER: counter})
