"""Instants, as a person reads them."""

from datetime import datetime

from loopjobs import wording


def ago(at: datetime, now: datetime) -> str:
    """Return how long something is past."""
    return wording.ago((now - at).total_seconds())


def until(at: datetime, now: datetime) -> str:
    """Return how far something is ahead."""
    return wording.ahead((at - now).total_seconds())


def absolute(at: datetime) -> str:
    """Return an instant in full, as the logs have it."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def clock_time(at: datetime, now: datetime) -> str:
    """Return an instant as short as it is clear; the date only if it is not today's."""
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M:%S}"
