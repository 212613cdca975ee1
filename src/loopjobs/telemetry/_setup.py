"""One line that makes a host measured."""

from collections.abc import AsyncIterator, Callable, Sequence

from dishka import Provider, Scope
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from loopjobs import CurrentRun, Event, Host, HostBuilder, Outcome
from loopjobs.telemetry._named import NamedCounter
from loopjobs.telemetry._options import TelemetryOptions
from loopjobs.telemetry._prometheus import PrometheusMetrics
from loopjobs.telemetry._telemetry import Telemetry


def add_telemetry(
    builder: HostBuilder,
    options_type: type[TelemetryOptions] = TelemetryOptions,
    section_name: str = "Telemetry",
    *,
    named: Sequence[NamedCounter] = (),
) -> HostBuilder:
    """Measure the host that this builder builds: a span for each run, instruments for every job.

    Call it before anything else is added: what starts first stops last. It adds a settings section
    and a hosted service; `PrometheusMetrics`, and `MeterProvider` and `TracerProvider` of
    OpenTelemetry, can be injected from then on.

    Args:
        builder: What to add it to.
        options_type: The options of the section; derive from `TelemetryOptions` to give defaults.
        section_name: The settings section.
        named: Reported counters that get metrics with names of their own.

    Returns:
        The builder.
    """
    relay = _Relay()
    builder.add_options(options_type, section_name)
    builder.add_provider(_provider(options_type, relay, named))
    builder.add_listener(relay).add_run_context(relay.enter).add_run_meter(relay)
    return builder.add_hosted_service(Telemetry)


class _Relay:
    """Stands in for what is made only when the settings have been read."""

    def __init__(self) -> None:
        self._telemetry: Telemetry | None = None
        self.is_listening = False
        self.note_start: Callable[[CurrentRun], None] = _ignore
        self.note_end: Callable[[CurrentRun, Outcome, float], None] = _ignore

    def connect(self, telemetry: Telemetry) -> None:
        """Stand in no longer."""
        self._telemetry = telemetry
        self.is_listening = telemetry.needs_events
        if not telemetry.needs_events:
            self.note_start = telemetry.instruments.note_start
            self.note_end = telemetry.instruments.note_end

    def enter(self, run: CurrentRun, /) -> None:
        if self._telemetry is not None:
            self._telemetry.enter(run)

    def __call__(self, event: Event, /) -> None:
        if self._telemetry is not None and self.is_listening:
            self._telemetry.hear(event)


def _ignore(*_: object) -> None:
    """Nobody is there yet."""


def _provider(
    options_type: type[TelemetryOptions], relay: _Relay, named: Sequence[NamedCounter]
) -> Provider:
    provider = Provider(scope=Scope.APP)
    provider.provide(_making(options_type, relay, named), provides=Telemetry)
    provider.provide(_prometheus, provides=PrometheusMetrics)
    provider.provide(_meters, provides=MeterProvider)
    provider.provide(_tracers, provides=TracerProvider)
    return provider


def _making(
    options_type: type[TelemetryOptions], relay: _Relay, named: Sequence[NamedCounter]
) -> Callable[..., AsyncIterator[Telemetry]]:
    async def make(options: TelemetryOptions, host: Host) -> AsyncIterator[Telemetry]:
        telemetry = Telemetry(options, host, named)
        relay.connect(telemetry)
        yield telemetry
        # Where the host was never started.
        await telemetry.stop()

    # Dishka reads what a factory asks for off its annotations.
    make.__annotations__["options"] = options_type
    return make


def _prometheus(telemetry: Telemetry) -> PrometheusMetrics:
    return telemetry.prometheus


def _meters(telemetry: Telemetry) -> MeterProvider:
    return telemetry.meters


def _tracers(telemetry: Telemetry) -> TracerProvider:
    return telemetry.tracers
