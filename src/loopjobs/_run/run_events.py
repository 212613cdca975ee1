"""Announces the begin and the end of a run to whoever wants to hear of it."""

from typing import Final

from loopjobs._run.announcer import Announcer
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.events import RunEnded
from loopjobs._words.outcomes import Outcome

# On Python 3.11 finding a member in its enumeration costs as much as counting it.
_SUCCEEDED: Final = Outcome.SUCCEEDED


def announce_start(announcer: Announcer, run: RunInProgress) -> None:
    """Announce that a run begins."""
    if announcer.run_meters is not None:
        announcer.run_meters.note_start(run)
    if announcer.wants_events and announcer.has_listeners:
        run.told = event = run.started_event()
        announcer.announce_routine(event)


def announce_end(
    announcer: Announcer, run: RunInProgress, failures: int, recovered_after: int
) -> None:
    """Announce how a run has ended.

    Args:
        announcer: Whom to tell.
        run: One whose outcome is known.
        failures: Failures in a row up to this run.
        recovered_after: Failures in a row that its success has ended.
    """
    if announcer.run_meters is not None and run.outcome is not None:
        announcer.run_meters.note_end(run, run.outcome, run.duration)
    is_plain = run.outcome is _SUCCEEDED and not recovered_after
    is_plain = is_plain and (run.rare is None or run.reported is None)
    if is_plain and not announcer.wants_events:
        return
    has_line = not is_plain or announcer.log_lines.writes_every_run
    # An event costs more than many a body: it is made for somebody, or not at all.
    if has_line or announcer.has_listeners:
        event = RunEnded(run.job, run.record(), failures, recovered_after)
        (announcer.announce if has_line else announcer.announce_routine)(event)
