"""What will be different, in one sentence each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_PAGE: Final = "docs/how-to/move-from-quartz.md"


class Topic(StrEnum):
    """What a finding is about; the value is a heading of the page that explains it."""

    OVERLAP = "overlap"
    OVERRUNS = "overruns"
    MISFIRES = "misfires"
    CLUSTERS = "clusters"
    PRIORITIES = "priorities"
    CALENDARS = "calendars"
    JOB_DATA = "job-data"
    STATE = "state-and-recovery"
    START_AND_END = "start-and-end"
    TIME_ZONES = "time-zones"
    PHASE = "phase"
    PAUSED = "paused-triggers"
    RETRIES = "retries"
    QUEUES = "queues-and-executors"
    CANNOT_MOVE = "what-cannot-move"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that will be different, or cannot be known from what was read."""

    topic: Topic
    what: str
    """One sentence or two."""

    @property
    def link(self) -> str:
        """Where the documentation explains it."""
        return f"{_PAGE}#{self.topic}"
