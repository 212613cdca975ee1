"""Runs that have ended, in words and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Protocol

from loopjobs import RunRecord
from loopjobs.cli._text import counters, safe
from loopjobs.wording import span


class EndedRun(Protocol):
    """What is told of a run, of this process or of a service."""

    @property
    def outcome(self) -> str:
        """How it ended."""
        ...

    @property
    def started_at(self) -> datetime | None:
        """When the body began; `None` if it never did."""
        ...

    @property
    def duration(self) -> float:
        """In seconds."""
        ...

    @property
    def error(self) -> str | None:
        """What it raised."""
        ...

    @property
    def reported(self) -> Mapping[str, float] | None:
        """Its counters."""
        ...


def run_in_words(job: str, run: EndedRun) -> str:
    """Say how a run ended, on one line."""
    text = f"{safe(job)}: {safe(run.outcome)}"
    if run.started_at is not None:
        text += f" after {span(run.duration)}"
    if run.reported:
        text += f", {counters(run.reported)}"
    return f"{text}: {safe(run.error)}" if run.error else text


def run_as_json(run: RunRecord) -> dict[str, object]:
    """Return everything that is known of a run."""
    shown = asdict(run)
    shown["outcome"] = run.outcome.value
    shown["due_at"] = run.due_at.isoformat()
    shown["started_at"] = None if run.started_at is None else run.started_at.isoformat()
    return shown
