"""Every option of a loop job is shown to do what it says."""

import ast
from pathlib import Path

import pytest

from loopjobs import LoopJobOptions

HERE = Path(__file__).parent

SHOWN_BY = {
    "interval_in_seconds": "test_grid.py::test_instant_runs_start_on_the_grid",
    "initial_delay_in_seconds": "test_grid.py::test_initial_delay_and_interval_are_not_confused",
    "skip_if_running": "test_overlap.py::test_without_need_runs_overlap_on_the_grid",
    "max_concurrent_runs": "test_overlap.py::test_runs_never_exceed_the_bound",
    "enabled": "test_changed_options.py::test_a_job_can_be_switched_off_and_on",
    "started_by": "test_started_by.py::test_the_loop_takes_over_and_gives_back_by_a_reload",
    "pacing": "test_fixed_delay.py::test_the_interval_begins_with_the_end_of_the_run",
    "jitter_in_seconds": "test_jitter.py::test_ticks_are_delayed_and_the_grid_stays",
    "start_jitter_in_seconds": "test_jitter.py::test_start_jitter_is_added_once",
    "timeout_in_seconds": "test_grid.py::test_a_limit_ends_before_the_slot_of_the_same_moment",
    "max_backoff_in_seconds": "test_backoff.py::test_on_the_grid_slots_are_skipped",
    "unhealthy_after_failures": "test_status.py::test_failures_in_a_row_make_a_job_unhealthy",
    "run_on": "../cluster/test_one_replica.py::test_each_slot_is_run_once_however_many_replicas",
    "lease_in_seconds": "../cluster/test_one_replica.py::test_a_run_longer_than_its_lease_keeps_it",
    "when_lease_unavailable": "../cluster/test_one_replica.py::test_harmless_work_may_run_without",
    "cron": "../calendars/test_calendar_jobs.py::test_a_job_runs_at_times_of_the_calendar",
    "time_zone": "../calendars/test_calendar_jobs.py::test_its_times_are_those_of_its_zone",
}


def test_no_option_is_forgotten() -> None:
    """An option that is added needs a test of what it does."""
    assert set(SHOWN_BY) == set(LoopJobOptions.model_fields)


@pytest.mark.parametrize("option", SHOWN_BY)
def test_the_test_named_for_an_option_exists(option: str) -> None:
    """The table is no wish list."""
    file, name = SHOWN_BY[option].split("::")
    tree = ast.parse((HERE / file).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {node.name for node in tree.body if isinstance(node, functions)}
