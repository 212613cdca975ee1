"""The page of outcomes and states."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Final

from loopjobs import JobState, Outcome
from reference_pages.writing import attribute_docstrings, table

STATES: Final = {
    "not_started": "The host has not started the loop.",
    "disabled": "`Enabled` is false: no slot will come.",
    "waiting": "Between two runs.",
    "running": "At least one run is in progress.",
    "paused": "Slots are skipped until `resume()`.",
    "backing_off": "Failures in a row have put off the next run.",
    "stopping": "The host stops; a run is still in progress.",
    "stopped": "The loop and its runs have ended, or were given up.",
}


def outcomes() -> Iterator[str]:
    """Write the page."""
    yield "# Outcomes and states"
    yield ""
    yield (
        "Every due slot of a job ends in exactly one outcome, and `JobStatus.ledger` counts each, "
        "under these names.\n`due` is their sum plus `in_flight`. `JobStatus.by_hand` counts the "
        "runs of `trigger()` in the same words."
    )
    yield from ["", "## Outcomes", ""]
    yield from table(("Outcome", "Meaning"), _members(Outcome, {}))
    yield ""
    yield (
        "`failed` and `timed_out` count as failures in a row; `succeeded` sets them back to 0; the "
        "others change nothing.\n`skipped_elsewhere` and `skipped_lease_unavailable` come with "
        "`RunOn` `OneReplica` only."
    )
    yield from ["", "## States", ""]
    yield from table(("State", "Meaning"), _members(JobState, STATES))


def _members(kind: type[Enum], otherwise: Mapping[str, str]) -> Iterator[Sequence[str]]:
    said = attribute_docstrings(kind)
    for member in kind:
        yield f"`{member.value}`", said.get(member.name) or otherwise[member.value]
