"""What telemetry can be told."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from loopjobs import Options

_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")]


class TelemetryOptions(Options):
    """The section `Telemetry`. It is read when the host is built; a reload does not change it."""

    service_name: str = Field(default="loopjobs", min_length=1)
    """What the service is called wherever its telemetry arrives."""
    prometheus: bool = True
    """Whether there is something for Prometheus to scrape."""
    otlp_endpoint: _Url | None = None
    """Where spans and metrics are sent to by OTLP over HTTP, as in `http://collector:4318`;
    `/v1/traces` and `/v1/metrics` are added. Nowhere by default."""
    otlp_headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Sent along with it: an API key, say."""
    otlp_interval_in_seconds: float = Field(default=60.0, ge=1, le=3_600)
    """How often metrics are sent. Spans are sent every five seconds, or sooner if they are many."""
    otlp_timeout_in_seconds: float = Field(default=5.0, ge=0.1, le=60)
    """How long one attempt may take, and how long a stop waits for the last one."""
    trace_sample_ratio: float = Field(default=1.0, ge=0, le=1)
    """The share of runs whose spans are sent."""
    set_global: bool = False
    """Whether code that asks OpenTelemetry for its global providers gets these: instrumentations of
    libraries, say. There is one of each in a process, and the first one stays."""
