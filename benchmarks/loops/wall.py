"""The event loop's time as others tell it."""

import asyncio
from datetime import UTC, datetime, timedelta


def wall_time_of(moment: float) -> datetime:
    """Return what the clock on the wall shows when the event loop's time is this."""
    ahead = moment - asyncio.get_running_loop().time()
    return datetime.now(UTC) + timedelta(seconds=ahead)  # noqa: TID251 - without loopjobs, no Clock


def loop_time_of(instant: datetime) -> float:
    """Return the event loop's time when the clock on the wall shows this."""
    now = asyncio.get_running_loop().time()
    return now - (wall_time_of(now) - instant).total_seconds()
