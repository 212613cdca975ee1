"""The instruments of jobs: what a ledger knows is read on collection, the rest is heard."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Meter, MeterProvider, Observation, get_meter

from loopjobs import Event, Host, JobStatus, LoopJobOptions, RunEnded, RunRecord, RunStarted
from loopjobs.telemetry import _names as names
from loopjobs.telemetry._named import NamedCounter, NamedCounters
from loopjobs.telemetry._readings import BLOCKAGES, READINGS, Kind, Reading, Values, blockages
from loopjobs.telemetry._reported import Reported

DURATION: Final = "periodic.job.run.duration"
LATENESS: Final = "periodic.job.run.lateness"
LAST_START: Final = "periodic.job.last_start.timestamp"
REPORTED: Final = "periodic.job.reported"
REPORTED_LAST: Final = "periodic.job.reported.last"

DURATION_BUCKETS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0),
)
LATENESS_BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0)

_NOWHERE: Final = Context()
"""A measurement belongs to no span: it is taken beside the run, not in it."""


class JobInstruments:
    """Measures the jobs of a host with the API of OpenTelemetry alone.

    Give `hear` to `HostBuilder.add_listener`, and the host, once built, to `observe`.

    Args:
        meters: Where instruments come from; the global provider by default.
        named: Reported counters that get metrics with names of their own.
    """

    def __init__(
        self, meters: MeterProvider | None = None, named: Sequence[NamedCounter] = ()
    ) -> None:
        meter = get_meter(names.SCOPE, meter_provider=meters)
        self._meter = meter
        self._durations = meter.create_histogram(
            DURATION,
            "s",
            "How long runs took.",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS,
        )
        self._lateness = meter.create_histogram(
            LATENESS,
            "s",
            "From the moment a run was to start to its start.",
            explicit_bucket_boundaries_advisory=LATENESS_BUCKETS,
        )
        self._reported = Reported()
        self._named = NamedCounters(named)
        self._started: dict[str, datetime] = {}

    def hear(self, event: Event, /) -> None:
        """Take note of runs."""
        if isinstance(event, RunEnded):
            self._note_end(event.record)
        elif isinstance(event, RunStarted):
            self._started[event.job] = event.started_at
            self._lateness.record(event.lateness, {names.JOB: event.job}, _NOWHERE)

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

    def _note_end(self, record: RunRecord) -> None:
        if record.started_at is not None:
            attributes = {names.JOB: record.job, names.OUTCOME: record.outcome.value}
            self._durations.record(record.duration, attributes, _NOWHERE)
        if record.reported:
            self._reported.add(record.job, record.reported)
            self._named.add(record)

    def _observe_starts(self, _: CallbackOptions) -> Iterable[Observation]:
        return [
            Observation(at.timestamp(), {names.JOB: job})
            for job, at in tuple(self._started.items())
        ]

    def _observe_sums(self, _: CallbackOptions) -> Iterable[Observation]:
        return [_reported(*each) for each in self._reported.sums()]

    def _observe_latest(self, _: CallbackOptions) -> Iterable[Observation]:
        return [_reported(*each) for each in self._reported.latest()]


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
