"""The rules: how well a job is, told from its status alone."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, TypeAlias

from loopjobs import JobState, JobStatus, JobVitals, LoopJobOptions
from loopjobs.health._report import HealthStatus, JobHealth

SILENT_INTERVALS: Final = 3
"""So many intervals without a success are too many."""

_LESS_THAN_A_GAP: Final = timedelta(milliseconds=500)

_ENDED: Final = frozenset({JobState.STOPPING, JobState.STOPPED})
_ERROR_TYPE: Final = re.compile(r"[\w.<>]+(?=:|$)", re.ASCII)

_UNITS: Final = (("days", 86_400), ("hours", 3_600), ("minutes", 60))
_SEVERITY: Final = tuple(HealthStatus)

Vitals: TypeAlias = JobStatus[LoopJobOptions] | JobVitals
"""What the health of a job is told from."""


def assess(status: Vitals) -> JobHealth:
    """Say how well a job is.

    Unhealthy: its loop has died, or as many runs in a row have failed as `UnhealthyAfterFailures`;
    or no run has succeeded for three intervals because the lease store gives no answer. Degraded:
    fewer have failed; a run is over its time and does not end; or no run has succeeded for three
    intervals, for whatever else it may be. Nothing is expected of a job that is disabled or paused:
    failures before that make a paused one degraded at most.
    """
    verdict, reason = _judge(status)
    return JobHealth(
        name=status.name,
        status=verdict,
        reason=reason,
        state=status.state,
        last_success_age=status.last_success_age,
        consecutive_failures=status.consecutive_failures,
    )


def worst(statuses: Iterable[HealthStatus]) -> HealthStatus:
    """Return the worst of them; healthy if there are none."""
    return max(statuses, key=_SEVERITY.index, default=HealthStatus.HEALTHY)


def patience(status: Vitals) -> float:
    """Return for how many seconds a job may go without a success.

    Three intervals, or from the third last slot of a calendar to the next one; and the time that a
    run may take: its time limit, or as long as the last one that succeeded took, whichever is
    longer. So a long run does not count as silence.
    """
    took = status.last_success_duration or 0.0
    return _three_intervals(status) + max(status.options.timeout_in_seconds or 0.0, took)


def _three_intervals(status: Vitals) -> float:
    calendar, end = status.options.calendar, status.next_due_at
    if calendar is None or end is None:
        return SILENT_INTERVALS * status.options.interval_in_seconds
    begin = end
    for _ in range(SILENT_INTERVALS):
        begin = calendar.last_by(begin - _LESS_THAN_A_GAP)
    return (end - begin).total_seconds()


def _judge(status: Vitals) -> tuple[HealthStatus, str]:
    if status.state is JobState.FAULTED:
        return HealthStatus.UNHEALTHY, "Its loop has died, and the host stops because of it."
    if problem := _lingering(status):
        return _with_failures(status, problem)
    if not status.options.enabled:
        return HealthStatus.HEALTHY, "It is disabled by its option Enabled."
    if status.consecutive_failures:
        return _with_failures(status, "")
    if status.silent_for > patience(status):
        return _silent(status)
    return HealthStatus.HEALTHY, _at_ease(status)


def _lingering(status: Vitals) -> str:
    """Return what is wrong with a run in progress."""
    age = status.running_for or 0.0
    if status.overstayed:
        runs = "A run" if status.overstayed == 1 else f"{status.overstayed} runs"
        return f"{runs} should have ended and did not; the oldest has been going for {_span(age)}"
    if age > patience(status):
        return f"A run has been going for {_span(age)}, far longer than usual"
    return ""


def _with_failures(status: Vitals, problem: str) -> tuple[HealthStatus, str]:
    failures, limit = status.consecutive_failures, status.options.unhealthy_after_failures
    parts = [problem] if problem else []
    if failures:
        parts.append(f"{_counted(failures)}{_error_type(status)}; unhealthy from {limit}")
    if rest := _at_rest(status):
        parts.append(rest)
    elif failures >= limit:
        return HealthStatus.UNHEALTHY, _sentence(parts)
    return HealthStatus.DEGRADED, _sentence(parts)


def _counted(failures: int) -> str:
    return "The last run failed" if failures == 1 else f"The last {failures} runs failed"


def _error_type(status: Vitals) -> str:
    """Return the type of the last error; its message may hold anything."""
    found = _ERROR_TYPE.match(status.last_error or "")
    return f" with {found[0]}" if found else ""


def _at_rest(status: Vitals) -> str:
    if not status.options.enabled:
        return "it is disabled"
    return "it is paused" if status.is_paused else ""


def _silent(status: Vitals) -> tuple[HealthStatus, str]:
    if status.cluster is not None and status.cluster.is_reachable is False:
        return HealthStatus.UNHEALTHY, f"The lease store gives no answer. {_silence(status)}"
    return HealthStatus.DEGRADED, _silence(status)


def _silence(status: Vitals) -> str:
    silence = f"No run has succeeded for {_span(status.silent_for)}"
    calendar = status.options.calendar
    interval = f"the interval is {_span(status.options.interval_in_seconds)}"
    if calendar is not None:
        interval = f"it is due {calendar.in_words}"
    if status.running_for is None:
        return f"{silence}; {interval}."
    return f"{silence}; {interval}, and a run has been going for {_span(status.running_for)}."


def _at_ease(status: Vitals) -> str:
    if status.state is JobState.NOT_STARTED:
        return "It has not started yet."
    if status.state in _ENDED:
        return "It was asked to stop."
    if status.is_paused:
        return "It is paused."
    if status.last_success_age is None:
        return "No run has succeeded yet."
    return f"The last run succeeded {_span(status.last_success_age)} ago."


def _sentence(parts: list[str]) -> str:
    first, *others = parts
    return "; ".join([first, *(other[:1].lower() + other[1:] for other in others)]) + "."


def _span(seconds: float) -> str:
    for name, length in _UNITS:
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.3g} s"
