"""The event loop's time as others tell it."""

import asyncio
from datetime import UTC, datetime, timedelta


def wall_time_of(moment: float) -> datetime:
    """Return what the clock on the wall shows when the event loop's time is this."""
    ahead = moment - asyncio.get_running_loop().time()
    return _now() + timedelta(seconds=ahead)


def loop_time_of(instant: datetime) -> float:
    """Return the event loop's time when the clock on the wall shows this."""
    return asyncio.get_running_loop().time() + (instant - _now()).total_seconds()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - there is no Clock where there is no loopjobs
