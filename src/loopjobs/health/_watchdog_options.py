"""What the watchdog can be told."""

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from loopjobs import Options


class WatchdogOptions(Options):
    """The section `Watchdog`. It is read when the host is built; a reload does not change it."""

    interval_in_seconds: float = Field(default=1.0, ge=0.01, le=3_600)
    """How often the event loop is asked whether it serves."""
    blocked_after_in_seconds: float = Field(default=5.0, ge=0.01, le=86_400)
    """Without an answer for so long it is blocked. Not less than the interval."""

    @field_validator("blocked_after_in_seconds")
    @classmethod
    def _check_interval(cls, value: float, info: ValidationInfo) -> float:
        interval = info.data.get("interval_in_seconds")
        if interval is not None and value < interval:
            raise PydanticCustomError(
                "blocked_after",
                "must not be less than IntervalInSeconds ({interval})",
                {"interval": f"{interval:g}"},
            )
        return value
