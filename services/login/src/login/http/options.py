"""What the endpoints can be told."""

import math
from typing import Final

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from loopjobs import Options

_GENEROUS: Final = 30
"""Keep-alives a minute, where no more are asked for."""
_ROOM: Final = 4
"""So many times what is asked for: restarts, retries and jitter must not be refused."""


class KeepAliveOptions(Options):
    """The settings section `KeepAlive`."""

    interval_in_seconds: float = Field(60.0, ge=1, le=3_600)
    """How often PCs are asked to be heard; each time with a jitter of 10 % to both sides."""
    max_per_minute: int | None = Field(None, ge=1, le=60_000)
    """How many keep-alives of one PC are heard; more are answered with 429. `None`: 30, or four
    times what the interval asks for if that is more."""

    @field_validator("max_per_minute")
    @classmethod
    def _check_room(cls, value: int | None, info: ValidationInfo) -> int | None:
        interval = info.data.get("interval_in_seconds")
        if value is not None and interval is not None and value < 2 * _per_minute(interval):
            raise PydanticCustomError(
                "max_per_minute", "must be at least twice what IntervalInSeconds asks for"
            )
        return value

    @property
    def most_per_minute(self) -> int:
        """How many keep-alives a minute are heard from one PC."""
        if self.max_per_minute is not None:
            return self.max_per_minute
        return max(_GENEROUS, math.ceil(_ROOM * _per_minute(self.interval_in_seconds)))


def _per_minute(interval_in_seconds: float) -> float:
    return 60 / interval_in_seconds
