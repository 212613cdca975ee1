"""What the endpoints can be told."""

import math
from typing import Final, Self

from pydantic import Field, model_validator

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

    @model_validator(mode="after")
    def _check_room(self) -> Self:
        if self.most_per_minute < 2 * self._asked_per_minute:
            raise ValueError(
                "MaxPerMinute must be at least twice what IntervalInSeconds asks for: "
                f"{math.ceil(2 * self._asked_per_minute)} or more"
            )
        return self

    @property
    def most_per_minute(self) -> int:
        """How many keep-alives a minute are heard from one PC."""
        if self.max_per_minute is not None:
            return self.max_per_minute
        return max(_GENEROUS, math.ceil(_ROOM * self._asked_per_minute))

    @property
    def _asked_per_minute(self) -> float:
        return 60 / self.interval_in_seconds
