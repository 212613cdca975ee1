"""What the endpoints can be told."""

from pydantic import Field

from loopjobs import Options


class KeepAliveOptions(Options):
    """The settings section `KeepAlive`."""

    interval_in_seconds: float = Field(60.0, ge=1, le=3_600)
    """How often PCs are asked to be heard; each time with a jitter of 10 % to both sides."""
