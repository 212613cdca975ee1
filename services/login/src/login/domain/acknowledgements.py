"""A person has looked at why a job holds, and lets it proceed once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

LIFETIME: Final = timedelta(hours=24)
"""An acknowledgement that no run has used by then is void."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody's word that one run may proceed."""

    by: str
    """As in `user:7`."""
    at: datetime
    expires_at: datetime

    @classmethod
    def given(cls, by: str, now: datetime) -> Self:
        """Return the acknowledgement that somebody gives now."""
        return cls(by, now, now + LIFETIME)
