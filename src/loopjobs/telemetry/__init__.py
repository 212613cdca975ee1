"""OpenTelemetry: a span for each run, instruments for every slot, and an answer for Prometheus."""

from loopjobs._extras import brought_by

with brought_by("otel", __name__):
    from loopjobs.telemetry._instruments import JobInstruments
    from loopjobs.telemetry._named import NamedCounter
    from loopjobs.telemetry._options import TelemetryOptions
    from loopjobs.telemetry._prometheus import PrometheusMetrics
    from loopjobs.telemetry._setup import add_telemetry
    from loopjobs.telemetry._spans import RunSpans
    from loopjobs.telemetry._telemetry import Telemetry

__all__ = [
    "JobInstruments",
    "NamedCounter",
    "PrometheusMetrics",
    "RunSpans",
    "Telemetry",
    "TelemetryOptions",
    "add_telemetry",
]
