"""A comparison as one JSON document."""

from collections.abc import Sequence
from datetime import datetime

from loopjobs.side_by_side import Comparison, Entry, Lone, Pair


def comparison_document(found: Sequence[Comparison], tolerance: float) -> dict[str, object]:
    """Return all that is known: each run stands in it once."""
    return {"tolerance": tolerance, "jobs": [_job(each) for each in found]}


def _job(each: Comparison) -> dict[str, object]:
    return {
        "job": each.job,
        "verdict": each.verdict.value,
        "since": _instant(each.since),
        "until": _instant(each.until),
        "loop_is_behind_by": each.phase,
        "both": [_pair(pair) for pair in each.both],
        "only_old": [_lone(lone) for lone in each.only_old],
        "only_loop": [_lone(lone) for lone in each.only_loop],
    }


def _pair(pair: Pair) -> dict[str, object]:
    return {"apart": pair.apart, "old": _run(pair.old), "loop": _run(pair.loop)}


def _lone(lone: Lone) -> dict[str, object]:
    return {"why": lone.why.value, **_run(lone.entry)}


def _run(entry: Entry) -> dict[str, object]:
    return {
        "due_at": _instant(entry.due_at),
        "started_at": _instant(entry.started_at),
        "seconds": entry.seconds,
        "outcome": entry.what,
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
