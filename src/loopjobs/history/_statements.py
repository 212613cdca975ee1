"""The statements that are more than a line."""

from typing import Final

LATEST_RUNS: Final = """
    SELECT run_id, job, replica, outcome, due_at, started_at, ended_at, duration, error, traceback,
        CAST(reported AS TEXT), fencing_token
    FROM loopjobs_runs WHERE job = :job
    ORDER BY ended_at DESC, run_id DESC LIMIT :limit
"""
RUNS_BEFORE: Final = LATEST_RUNS.replace("ORDER", "AND (ended_at, run_id) < (:at, :name) ORDER")
LATEST_SKIPS: Final = """
    SELECT skip_id, job, replica, outcome, slots, first_at, last_at
    FROM loopjobs_skipped_slots WHERE job = :job
    ORDER BY last_at DESC, skip_id DESC LIMIT :limit
"""
SKIPS_BEFORE: Final = LATEST_SKIPS.replace("ORDER", "AND (last_at, skip_id) < (:at, :name) ORDER")
ALL_RUNS: Final = """
    SELECT run_id, job, replica, outcome, due_at, started_at, ended_at, duration,
        CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(reported AS TEXT), fencing_token
    FROM loopjobs_runs ORDER BY ended_at, run_id
"""
ALL_SKIPS: Final = """
    SELECT skip_id, job, replica, outcome, slots, first_at, last_at
    FROM loopjobs_skipped_slots ORDER BY last_at, skip_id
"""
IN_PROGRESS: Final = """
    SELECT run_id, job, replica, due_at, started_at, seen_at FROM loopjobs_runs_in_progress
"""

_INSERT_PLAIN_RUN: Final = """
    INSERT INTO loopjobs_runs (
        run_id, job, replica, outcome, due_at, started_at, ended_at, duration, presumed
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, FALSE)
"""
_INSERT_RUN: Final = """
    INSERT INTO loopjobs_runs (
        run_id, job, replica, outcome, due_at, started_at, ended_at, duration, error, traceback,
        reported, fencing_token, presumed
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_OR_THE_REAL_END: Final = """
    ON CONFLICT (run_id) DO UPDATE SET
        outcome = excluded.outcome, ended_at = excluded.ended_at, duration = excluded.duration,
        error = excluded.error, traceback = excluded.traceback, reported = excluded.reported,
        presumed = excluded.presumed
    WHERE loopjobs_runs.presumed
"""
INSERT_ENDED_PLAIN_RUN: Final = f"{_INSERT_PLAIN_RUN} {_OR_THE_REAL_END}"
INSERT_ENDED_RUN: Final = f"{_INSERT_RUN} {_OR_THE_REAL_END}"
INSERT_PRESUMED_RUN: Final = f"{_INSERT_RUN} ON CONFLICT (run_id) DO NOTHING"
INSERT_START: Final = """
    INSERT INTO loopjobs_runs_in_progress (run_id, job, replica, due_at, started_at, seen_at)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (run_id) DO NOTHING
"""
TOUCH_START: Final = """
    UPDATE loopjobs_runs_in_progress SET seen_at = ? WHERE run_id = ?
"""
STARTS: Final = "SELECT run_id FROM loopjobs_runs_in_progress"
FORGET_START: Final = "DELETE FROM loopjobs_runs_in_progress WHERE run_id = ?"
INSERT_SKIP: Final = """
    INSERT INTO loopjobs_skipped_slots (skip_id, job, replica, outcome, slots, first_at, last_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (skip_id) DO UPDATE SET slots = excluded.slots, last_at = excluded.last_at
"""

JOBS: Final = "SELECT job FROM loopjobs_runs UNION SELECT job FROM loopjobs_skipped_slots"
DELETE_OLD_RUNS: Final = """
    DELETE FROM loopjobs_runs WHERE run_id IN (
        SELECT run_id FROM loopjobs_runs WHERE outcome = :outcome AND ended_at < :before
        ORDER BY ended_at LIMIT :limit
    )
"""
DELETE_OLD_SKIPS: Final = """
    DELETE FROM loopjobs_skipped_slots WHERE skip_id IN (
        SELECT skip_id FROM loopjobs_skipped_slots WHERE last_at < :before
        ORDER BY last_at LIMIT :limit
    )
"""
DELETE_SURPLUS_RUNS: Final = """
    DELETE FROM loopjobs_runs WHERE run_id IN (
        SELECT run_id FROM loopjobs_runs
        WHERE job = :job AND (outcome IN ('failed', 'timed_out', 'abandoned')) = :failures
        ORDER BY ended_at DESC, run_id DESC LIMIT :limit OFFSET :keep
    )
"""
DELETE_SURPLUS_SKIPS: Final = """
    DELETE FROM loopjobs_skipped_slots WHERE skip_id IN (
        SELECT skip_id FROM loopjobs_skipped_slots WHERE job = :job
        ORDER BY last_at DESC, skip_id DESC LIMIT :limit OFFSET :keep
    )
"""
