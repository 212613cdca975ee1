"""What a run of the cleanup says in the log."""

import logging
from collections.abc import Mapping
from datetime import datetime

from admin_provisioning.domain.cleanup_tally import CleanupTally
from servicekit.log_fields import as_text

_log = logging.getLogger(__name__)


def counters(tally: CleanupTally) -> dict[str, int]:
    """Return what a run has counted, by the names that logs and reports have for it."""
    return {
        "reaped": tally.reaped,
        "requeued": tally.requeued,
        "abandoned": tally.abandoned,
        "jobs": tally.jobs,
        "items": tally.items,
        "files": tally.files,
        "orphans": tally.orphans,
        "tombstones": tally.tombstones,
        "skipped_hold": tally.skipped_hold,
        "skipped_recent": tally.skipped_recent,
        "skipped_race": tally.skipped_race,
        "failed": tally.failed,
        "file_failures": tally.file_failures,
        "backlog": tally.backlog,
    }


def write_log(tally: CleanupTally, now: datetime, *, dry_run: bool) -> None:
    """Write one line for a run, and warnings where something is odd."""
    _warn_of_wrong_clocks(tally)
    _warn_of_failures(tally)
    _tell_of_files(tally)
    fields = _summary(tally, now, dry_run=dry_run)
    _log.info("bulk_job_cleanup done %s", as_text(fields), extra=fields)


def _warn_of_wrong_clocks(tally: CleanupTally) -> None:
    if tally.from_the_future:
        _log.warning(
            "bulk_job_cleanup %d jobs finished in the future and are not judged; was the server's "
            "clock wrong?",
            tally.from_the_future,
            extra={"from_the_future": tally.from_the_future},
        )


def _warn_of_failures(tally: CleanupTally) -> None:
    for failure in tally.failures:
        fields = {"what": failure.what, "error": type(failure.error).__name__}
        _log.warning("bulk_job_cleanup could not clean up %s", as_text(fields), extra=fields)
    unnamed = tally.failed - len(tally.failures)
    if unnamed:
        _log.warning(
            "bulk_job_cleanup could not clean up %d more", unnamed, extra={"unnamed": unnamed}
        )


def _tell_of_files(tally: CleanupTally) -> None:
    if tally.file_error is None:
        return
    fields = {"files": tally.file_failures, "error": type(tally.file_error).__name__}
    _log.error(
        "bulk_job_cleanup could not delete files; a later run tries again: %s",
        as_text(fields),
        extra={"file_failures": tally.file_failures, "error": fields["error"]},
        exc_info=tally.file_error,
    )


def _summary(tally: CleanupTally, now: datetime, *, dry_run: bool) -> Mapping[str, object]:
    oldest = tally.oldest_left
    return {
        **counters(tally),
        "oldest_s": None if oldest is None else round((now - oldest).total_seconds(), 1),
        "duration_ms": round(tally.duration * 1000, 1),
        "dry_run": dry_run,
    }
