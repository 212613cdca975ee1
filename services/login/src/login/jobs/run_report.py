"""What a job hears from its run and says to it; outside of a host there is nobody to talk to."""

from contextlib import suppress

from loopjobs import current_run


def lateness_of_this_run() -> float:
    """Return the seconds by which this run started late."""
    try:
        return current_run().lateness
    except LookupError:
        return 0.0


def report_to_this_run(**counters: float) -> None:
    """Hand counters to the run, for its log line and its history."""
    with suppress(LookupError):
        current_run().report(**counters)
