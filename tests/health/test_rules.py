"""How well a job is, told from its status: a table of cases."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs import (
    ClusterView,
    JobState,
    JobStatus,
    Ledger,
    LoopJobOptions,
    Outcome,
    RunRecord,
)
from loopjobs.health import HealthStatus, assess

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECRET = "postgresql://login:hunter2@db"


def record(
    outcome: Outcome = Outcome.SUCCEEDED, error: str | None = None, duration: float = 1
) -> RunRecord:
    return RunRecord("1", "job", outcome, NOON, NOON, duration, error)


FAILED = record(Outcome.FAILED, f"asyncpg.errors.CannotConnectError: {SECRET}")

IDLE: JobStatus[LoopJobOptions] = JobStatus(
    name="job",
    state=JobState.WAITING,
    options=LoopJobOptions(interval_in_seconds=10),
    next_due_at=NOON,
    last_run=record(),
    consecutive_failures=0,
    healthy=True,
    ledger=Ledger(),
    by_hand=Ledger(),
    last_success=record(),
    last_success_age=4,
    silent_for=4,
)


def status(
    options: dict[str, object] | None = None,
    **changes: Any,  # noqa: ANN401 - whatever a status has
) -> JobStatus[LoopJobOptions]:
    given_options = LoopJobOptions.model_validate({"interval_in_seconds": 10, **(options or {})})
    return replace(IDLE, options=given_options, **changes)


def failing(times: int, /, **changes: Any) -> JobStatus[LoopJobOptions]:  # noqa: ANN401 - as status
    return status(
        **{"consecutive_failures": times, "last_run": FAILED, "silent_for": 10 * times, **changes}
    )


CUT_OFF = ClusterView(
    is_reachable=False,
    heard_ago=31.5,
    is_paused=False,
    holder=None,
    is_held_here=False,
    fencing_token=None,
    lease_left=None,
    success_age=None,
)
NEVER = {"last_run": None, "last_success": None, "last_success_age": None}
LONG = record(duration=100)
HEALTHY, DEGRADED, UNHEALTHY = HealthStatus

CASES = {
    "a success": (status(), HEALTHY, "The last run succeeded 4 s ago."),
    "not started": (
        status(state=JobState.NOT_STARTED, silent_for=0, **NEVER),
        HEALTHY,
        "It has not started yet.",
    ),
    "initial delay": (status(silent_for=0, **NEVER), HEALTHY, "No run has succeeded yet."),
    "first run": (
        status(state=JobState.RUNNING, silent_for=30, running_for=30, **NEVER),
        HEALTHY,
        "No run has succeeded yet.",
    ),
    "first run without end": (
        status(state=JobState.RUNNING, silent_for=31, running_for=31, **NEVER),
        DEGRADED,
        "A run has been going for 31 s, far longer than usual.",
    ),
    "first run within its limit": (
        status({"timeout_in_seconds": 60}, silent_for=90, running_for=90, **NEVER),
        HEALTHY,
        "No run has succeeded yet.",
    ),
    "first run past its limit": (
        status({"timeout_in_seconds": 60}, silent_for=91, running_for=91, **NEVER),
        DEGRADED,
        "A run has been going for 91 s, far longer than usual.",
    ),
    "runs are long": (
        status(silent_for=130, last_success_age=130, running_for=130, last_success=LONG),
        HEALTHY,
        "The last run succeeded 2 minutes ago.",
    ),
    "longer than long": (
        status(silent_for=131, running_for=130, last_success=LONG),
        DEGRADED,
        (
            "No run has succeeded for 2 minutes; the interval is 10 s, "
            "and a run has been going for 2 minutes."
        ),
    ),
    "three intervals": (
        status(silent_for=31, last_success_age=31),
        HEALTHY,
        "The last run succeeded 31 s ago.",
    ),
    "more than three intervals": (
        status(silent_for=31.5, last_success_age=31.5),
        DEGRADED,
        "No run has succeeded for 31.5 s; the interval is 10 s.",
    ),
    "no leases for more than three intervals": (
        status(silent_for=31.5, last_success_age=31.5, cluster=CUT_OFF),
        UNHEALTHY,
        "The lease store gives no answer. No run has succeeded for 31.5 s; the interval is 10 s.",
    ),
    "no lease at the last slot": (
        status(silent_for=14, last_success_age=14, cluster=CUT_OFF),
        HEALTHY,
        "The last run succeeded 14 s ago.",
    ),
    "others have run": (
        status(silent_for=31.5, last_success_age=31.5, cluster=replace(CUT_OFF, is_reachable=True)),
        DEGRADED,
        "No run has succeeded for 31.5 s; the interval is 10 s.",
    ),
    "old, but none is due": (
        status(silent_for=0, last_success_age=200_000),
        HEALTHY,
        "The last run succeeded 2 days ago.",
    ),
    "one failure": (
        failing(1),
        DEGRADED,
        "The last run failed with asyncpg.errors.CannotConnectError; unhealthy from 3.",
    ),
    "two failures": (
        failing(2, state=JobState.BACKING_OFF),
        DEGRADED,
        "The last 2 runs failed with asyncpg.errors.CannotConnectError; unhealthy from 3.",
    ),
    "too many failures": (
        failing(3, state=JobState.BACKING_OFF),
        UNHEALTHY,
        "The last 3 runs failed with asyncpg.errors.CannotConnectError; unhealthy from 3.",
    ),
    "failures, then a cancelled run": (
        failing(2, last_run=record(Outcome.CANCELLED)),
        DEGRADED,
        "The last 2 runs failed; unhealthy from 3.",
    ),
    "timed out": (
        failing(1, last_run=record(Outcome.TIMED_OUT, "TimeoutError: the run passed its limit")),
        DEGRADED,
        "The last run failed with TimeoutError; unhealthy from 3.",
    ),
    "an error whose type cannot be told": (
        failing(1, last_run=record(Outcome.FAILED, f'File "{SECRET}", line 1')),
        DEGRADED,
        "The last run failed; unhealthy from 3.",
    ),
    "an error without message": (
        failing(1, last_run=record(Outcome.FAILED, "x.y.<locals>.Error")),
        DEGRADED,
        "The last run failed with x.y.<locals>.Error; unhealthy from 3.",
    ),
    "overstayed": (
        failing(1, state=JobState.RUNNING, overstayed=1, running_for=25),
        DEGRADED,
        (
            "A run should have ended and did not; the oldest has been going for 25 s; the last run "
            "failed with asyncpg.errors.CannotConnectError; unhealthy from 3."
        ),
    ),
    "overstayed after a stop": (
        status(state=JobState.STOPPED, overstayed=2, running_for=40, silent_for=0),
        DEGRADED,
        "2 runs should have ended and did not; the oldest has been going for 40 s.",
    ),
    "overstayed, and too many failures": (
        failing(3, state=JobState.RUNNING, overstayed=1, running_for=25),
        UNHEALTHY,
        (
            "A run should have ended and did not; the oldest has been going for 25 s; the "
            "last 3 runs failed with asyncpg.errors.CannotConnectError; unhealthy from 3."
        ),
    ),
    "one of several runs hangs": (
        status({"skip_if_running": False}, state=JobState.RUNNING, running_for=7_200),
        DEGRADED,
        "A run has been going for 2 hours, far longer than usual.",
    ),
    "paused": (
        status(state=JobState.PAUSED, is_paused=True, silent_for=0),
        HEALTHY,
        "It is paused.",
    ),
    "paused after failures": (
        failing(5, state=JobState.PAUSED, is_paused=True),
        DEGRADED,
        (
            "The last 5 runs failed with asyncpg.errors.CannotConnectError; unhealthy from 3; "
            "it is paused."
        ),
    ),
    "paused while a run goes on": (
        failing(5, state=JobState.RUNNING, is_paused=True, running_for=2),
        DEGRADED,
        (
            "The last 5 runs failed with asyncpg.errors.CannotConnectError; unhealthy from 3; "
            "it is paused."
        ),
    ),
    "disabled": (
        status({"enabled": False}, state=JobState.DISABLED, silent_for=0, **NEVER),
        HEALTHY,
        "It is disabled by its option Enabled.",
    ),
    "disabled after failures": (
        replace(failing(5), options=status({"enabled": False}).options, state=JobState.DISABLED),
        HEALTHY,
        "It is disabled by its option Enabled.",
    ),
    "disabled while a run does not end": (
        status({"enabled": False}, state=JobState.RUNNING, overstayed=1, running_for=9),
        DEGRADED,
        "A run should have ended and did not; the oldest has been going for 9 s; it is disabled.",
    ),
    "stopped": (
        status(state=JobState.STOPPED, silent_for=0, last_success_age=900),
        HEALTHY,
        "It was asked to stop.",
    ),
    "faulted": (
        status(state=JobState.FAULTED, silent_for=0),
        UNHEALTHY,
        "Its loop has died, and the host stops because of it.",
    ),
    "faulted while paused": (
        status(state=JobState.FAULTED, is_paused=True),
        UNHEALTHY,
        "Its loop has died, and the host stops because of it.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_job_is_as_well_as_the_table_says(case: str) -> None:
    """And one sentence says why."""
    given_status, expected, reason = CASES[case]
    health = assess(given_status)
    assert (health.status, health.reason) == (expected, reason)


def test_the_facts_are_handed_on() -> None:
    """For those who draw their own conclusions."""
    health = assess(failing(2, last_success_age=24))
    assert (health.name, health.state) == ("job", JobState.WAITING)
    assert (health.last_success_age, health.consecutive_failures) == (24, 2)


statuses = st.builds(
    status,
    st.fixed_dictionaries(
        {"enabled": st.booleans(), "unhealthy_after_failures": st.integers(1, 5)},
        optional={"timeout_in_seconds": st.floats(1, 100)},
    ),
    state=st.sampled_from(JobState),
    is_paused=st.booleans(),
    consecutive_failures=st.integers(0, 6),
    silent_for=st.floats(0, 1e6),
    running_for=st.none() | st.floats(0, 1e6),
    overstayed=st.integers(0, 2),
    last_run=st.sampled_from([None, FAILED, record(), record(Outcome.TIMED_OUT, SECRET)]),
    last_success=st.sampled_from([None, record(), LONG]),
    last_success_age=st.none() | st.floats(0, 1e6),
)


@given(statuses)
def test_what_holds_for_every_status(given_status: JobStatus[LoopJobOptions]) -> None:
    """Nothing at rest is unhealthy, nothing with failures goes unseen, and no message is told."""
    health = assess(given_status)
    is_faulted = given_status.state is JobState.FAULTED
    is_at_rest = given_status.is_paused or not given_status.options.enabled
    has_too_many = (
        given_status.consecutive_failures >= given_status.options.unhealthy_after_failures
    )
    assert (health.status is UNHEALTHY) == (is_faulted or (has_too_many and not is_at_rest))
    if given_status.consecutive_failures and given_status.options.enabled:
        assert health.status is not HEALTHY
    assert "hunter2" not in health.reason
    assert health.reason.endswith(".")


@given(statuses, st.floats(0, 1e6))
def test_a_longer_silence_makes_nothing_better(
    given_status: JobStatus[LoopJobOptions], more: float
) -> None:
    """Time alone heals no job."""
    order = list(HealthStatus)
    longer = replace(given_status, silent_for=given_status.silent_for + more)
    now, later = assess(given_status).status, assess(longer).status
    assert order.index(now) <= order.index(later)
