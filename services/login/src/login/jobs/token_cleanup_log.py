"""What a cleanup says in the log, and reports to its host."""

import logging
from collections.abc import Mapping
from contextlib import suppress

from login.domain.token_cleanup_tally import CleanupTally
from login.domain.token_search import TokenKind
from loopjobs import Clock, current_run
from servicekit.log_fields import as_text

_log = logging.getLogger(__name__)


class TokenCleanupLog:
    """Writes one line for a run, and a warning for each batch that failed.

    Rows are counted and never named; of an error only its type is told, for its text may quote
    a row.
    """

    def __init__(self, clock: Clock, *, is_dry: bool) -> None:
        self._clock = clock
        self._is_dry = is_dry

    def write(self, tally: CleanupTally) -> None:
        """Say what a run did, in the log and in its record."""
        for failure in tally.failures:
            fields = {"kind": failure.kind.value, "error": type(failure.error).__name__}
            _log.warning("token_cleanup batch failed %s", as_text(fields), extra=fields)
        summary = self._summary(tally)
        done = "dry run done" if self._is_dry else "done"
        _log.info(f"token_cleanup {done} %s", as_text(summary), extra=summary)
        with suppress(LookupError):  # a test, say, calls the job outside of a host
            current_run().report(**_counters(summary), **({"dry_run": 1} if self._is_dry else {}))

    def _summary(self, tally: CleanupTally) -> Mapping[str, object]:
        return {
            **{kind.value: tally.deleted[kind] for kind in TokenKind},
            "batches": tally.batches,
            "skipped": tally.skipped,
            "failed": len(tally.failures),
            "duration_ms": round(tally.duration * 1000, 1),
            "backlog": None if tally.left is None else tally.left.rows,
            "oldest_expired_s": self._age_of_the_oldest(tally),
            "stopped_by": tally.stopped_by.value,
        }

    def _age_of_the_oldest(self, tally: CleanupTally) -> float | None:
        if tally.left is None or tally.left.oldest is None:
            return None
        return round((self._clock.now() - tally.left.oldest).total_seconds(), 1)


def _counters(summary: Mapping[str, object]) -> dict[str, float]:
    # The duration stands in the record of the run anyway.
    return {
        name: value
        for name, value in summary.items()
        if isinstance(value, int | float) and name != "duration_ms"
    }
