"""The telemetry of one host: providers of its own, from the first run to the last."""

import uuid
from collections.abc import Sequence
from typing import Final

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import (
    AlwaysOffExemplarFilter,
    Counter,
    Histogram,
    MeterProvider,
    ObservableCounter,
    ObservableGauge,
    ObservableUpDownCounter,
    UpDownCounter,
)
from opentelemetry.sdk.metrics.export import CardinalityLimits
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, Sampler, TraceIdRatioBased

from loopjobs import CurrentRun, Event, Host, RunContext
from loopjobs.telemetry._instruments import JobInstruments
from loopjobs.telemetry._named import NamedCounter
from loopjobs.telemetry._options import TelemetryOptions
from loopjobs.telemetry._otlp import OtlpExport
from loopjobs.telemetry._prometheus import PrometheusMetrics
from loopjobs.telemetry._spans import RunSpans
from loopjobs.telemetry._unrecorded import UnrecordedSpans

_MOST_SERIES: Final = 100_000
"""Of one instrument: a thousand jobs have seventeen of runs each."""


class Telemetry:
    """A hosted service that measures its host; `add_telemetry` makes it.

    Its providers can be injected as `MeterProvider` and `TracerProvider` of the API.
    """

    def __init__(
        self, options: TelemetryOptions, host: Host, named: Sequence[NamedCounter]
    ) -> None:
        limits = _limits()
        self.prometheus = PrometheusMetrics(limits, is_on=options.prometheus)
        """What there is to scrape."""
        endpoint = options.otlp_endpoint
        self._otlp = None if endpoint is None else OtlpExport(endpoint, options, limits)
        resource = Resource.create(
            {"service.name": options.service_name, "service.instance.id": str(uuid.uuid4())}
        )
        if options.prometheus:
            self.prometheus.describe(resource.attributes)
        self._tracers = _make_tracers(options, resource, self._otlp)
        self._meters = _make_meters(self.prometheus, resource, self._otlp)
        if options.set_global:
            trace.set_tracer_provider(self._tracers)
            metrics.set_meter_provider(self._meters)
        self._spans = RunSpans(self._tracers)
        records_spans = endpoint is not None and options.trace_sample_ratio > 0
        self._begin: RunContext = (
            self._spans.enter
            if records_spans
            else UnrecordedSpans(self._tracers.id_generator).enter
        )
        self.needs_events = endpoint is not None or not options.prometheus
        """Whether runs are measured by what is heard of them. Where only Prometheus reads, they are
        counted in line."""
        self.instruments = JobInstruments(
            self._meters,
            named,
            self.prometheus if options.prometheus else None,
            None if self.needs_events else self.prometheus.distribute,
        )
        """What measures runs."""
        self.instruments.observe(host)
        self._is_closed = False

    @property
    def tracers(self) -> trace.TracerProvider:
        """Where spans come from."""
        return self._tracers

    @property
    def meters(self) -> metrics.MeterProvider:
        """Where instruments come from."""
        return self._meters

    def enter(self, run: CurrentRun, /) -> None:
        """Begin the span of a run."""
        self._begin(run)

    def hear(self, event: Event, /) -> None:
        """Take note of an event."""
        self.instruments.hear(event)
        self._spans.hear(event)

    async def start(self) -> None:
        """Be there: what is made measures."""

    async def stop(self) -> None:
        """Send what has not been sent, within a bounded time, and shut down. Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._otlp is None:
            self._shut_down()
        else:
            await self._otlp.close(self._shut_down)

    def _shut_down(self) -> None:
        self._tracers.shutdown()
        self._meters.shutdown()
        self.prometheus.close()


def _make_tracers(
    options: TelemetryOptions, resource: Resource, otlp: OtlpExport | None
) -> TracerProvider:
    # Where spans go nowhere they are not recorded; they still have ids, which log lines can carry.
    sampler: Sampler = ALWAYS_OFF
    if otlp is not None:
        sampler = ParentBased(TraceIdRatioBased(options.trace_sample_ratio))
    tracers = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
    if otlp is not None:
        tracers.add_span_processor(otlp.processor)
    return tracers


def _make_meters(
    prometheus: PrometheusMetrics, resource: Resource, otlp: OtlpExport | None
) -> MeterProvider:
    return MeterProvider(
        metric_readers=[*prometheus.readers, *([] if otlp is None else [otlp.reader])],
        resource=resource,
        exemplar_filter=AlwaysOffExemplarFilter(),
        shutdown_on_exit=False,
    )


def _limits() -> CardinalityLimits:
    kinds = (
        *(Counter, Histogram, UpDownCounter),
        *(ObservableCounter, ObservableGauge, ObservableUpDownCounter),
    )
    return dict.fromkeys(kinds, _MOST_SERIES)
