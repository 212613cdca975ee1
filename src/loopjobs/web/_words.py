"""Outcomes, states and healths in words, and marks that can be told apart without color."""

import math
from collections.abc import Mapping
from typing import Final

from loopjobs import Outcome

OUTCOMES: Final[Mapping[str, str]] = {
    Outcome.SUCCEEDED: "The run returned.",
    Outcome.FAILED: "The run raised an error.",
    Outcome.TIMED_OUT: "The run passed its time limit and was cancelled.",
    Outcome.CANCELLED: "The run ended early, because the host stops.",
    Outcome.ABANDONED: "The run would not stop; the host went on without it.",
    Outcome.SKIPPED_RUNNING: "A run was still in progress.",
    Outcome.SKIPPED_PAUSED: "The job was paused.",
    Outcome.SKIPPED_BACKOFF: "The job was backing off after failures.",
    Outcome.SKIPPED_ELSEWHERE: "Another replica had the slot.",
    Outcome.SKIPPED_LEASE_UNAVAILABLE: "The lease store could not be reached.",
    Outcome.MISSED: "The process could not look: it was stalled or suspended.",
}
"""Why a slot ended so, by outcome."""

TROUBLES: Final = frozenset({Outcome.FAILED, Outcome.TIMED_OUT, Outcome.ABANDONED})
"""Outcomes that somebody should look at; they are marked by shape, too."""

ENDS_OF_RUNS: Final = TROUBLES | {Outcome.SUCCEEDED, Outcome.CANCELLED}
"""Outcomes of slots that had a run."""


def plain(word: str) -> str:
    """Return a word of the code as people write it: `timed_out` is `timed out`."""
    return word.replace("_", " ")


def number(value: float) -> str:
    """Return a number with its thousands set apart, without needless decimals."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"
