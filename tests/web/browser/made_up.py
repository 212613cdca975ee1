"""Made-up views that never change: what the pictures in the docs show."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from loopjobs.web._views import (
    JobRow,
    OverviewView,
    RunView,
    Slice,
    Spark,
)

NOW = datetime(2026, 3, 29, 3, 4, 5, tzinfo=UTC)

TRACEBACK = """Traceback (most recent call last):
  File "/srv/shop/stock.py", line 41, in execute
    await self._warehouse.fetch(since)
  File "/srv/shop/warehouse.py", line 88, in fetch
    raise ConnectionError(f"no answer from {self._host} within {self._patience:g} s")
ConnectionError: no answer from warehouse.example within 5 s
"""


def earlier(seconds: float) -> datetime:
    """Return an instant before the moment of the pictures."""
    return NOW - timedelta(seconds=seconds)


def run(
    outcome: str,
    age: float,
    duration: float,
    *,
    error: str | None = None,
    traceback: str | None = None,
    reported: Mapping[str, float] | None = None,
) -> RunView:
    """Return a run that began so many seconds ago."""
    return RunView(
        run_id=f"{int(age):08x}",
        outcome=outcome,
        due_at=earlier(age),
        started_at=earlier(age),
        duration=duration,
        error=error,
        traceback=traceback,
        reported=reported,
        replica="web-1:4711",
    )


def sparks(interval: float, pattern: Sequence[tuple[str, float]], count: int = 50) -> list[Spark]:
    """Return runs, one an interval, by a pattern that repeats; the newest at its end."""
    return [
        Spark(*pattern[(index - count) % len(pattern)], earlier((count - index) * interval))
        for index in range(count)
    ]


def steady(base: float, wobble: float) -> list[tuple[str, float]]:
    """Return runs that succeed, and take now longer, now shorter."""
    return [("succeeded", base + wobble * (index * 7 % 11) / 11) for index in range(17)]


def row(name: str, schedule: str, recent: Sequence[Spark], **other: object) -> JobRow:
    """Return a job that waits for its next slot, but for what is said otherwise."""
    return JobRow(**_facts(name, schedule, recent) | other)  # type: ignore[arg-type]  # by name


def _facts(name: str, schedule: str, recent: Sequence[Spark]) -> dict[str, object]:
    durations = sorted(each.duration for each in recent)
    last = recent[-1] if recent else None
    age = 0.0 if last is None or last.started_at is None else (NOW - last.started_at).seconds
    return {
        "name": name,
        "description": "",
        "state": "waiting",
        "health": "healthy",
        "reason": "The last run succeeded 12 s ago.",
        "schedule": schedule,
        "is_enabled": True,
        "is_paused": False,
        "next_due_at": NOW + timedelta(seconds=18),
        "last_run": None if last is None else run(last.outcome, age, last.duration),
        "last_success_at": earlier(age) if last else None,
        "last_success_age": float(age) if last else None,
        "consecutive_failures": 0,
        "running_for": None,
        "reporting": None,
        "overstayed": 0,
        "ledger": [Slice("succeeded", 2412)],
        "due": 2412,
        "in_flight": 0,
        "failures": 0,
        "duration_p50": durations[len(durations) // 2] if durations else None,
        "duration_p95": durations[len(durations) * 95 // 100] if durations else None,
        "recent": recent,
        "cluster": None,
    }


def stock() -> JobRow:
    """Return the job that is in trouble."""
    failing = [
        *sparks(30, steady(0.9, 0.5))[:-4],
        Spark("failed", 5.0, earlier(120)),
        Spark("timed_out", 10.0, earlier(90)),
        Spark("failed", 5.0, earlier(60)),
        Spark("failed", 5.0, earlier(12)),
    ]
    error = "ConnectionError: no answer from warehouse.example within 5 s"
    return row(
        "StockSync",
        "every 30 s",
        failing,
        description="Takes over what the warehouse has counted.",
        state="backing_off",
        health="unhealthy",
        reason="The last 4 runs failed with ConnectionError; unhealthy from 3.",
        last_run=run("failed", 12, 5.0, error=error, traceback=TRACEBACK),
        last_success_at=earlier(164),
        last_success_age=164.0,
        consecutive_failures=4,
        ledger=[
            Slice("succeeded", 2870),
            Slice("failed", 41),
            Slice("timed_out", 3),
            Slice("skipped_running", 12),
            Slice("skipped_backoff", 96),
            Slice("missed", 2),
        ],
        due=3024,
        failures=44,
        next_due_at=NOW + timedelta(seconds=108),
    )


def rows() -> list[JobRow]:
    """Return the jobs of a shop, those in trouble first."""
    return [
        stock(),
        row(
            "InvoiceExport",
            "every 5 min",
            sparks(300, steady(21, 9)),
            description="Writes the invoices of the day for the ledger of the house.",
            state="running",
            health="degraded",
            reason="A run has been going for 19 minutes, far longer than usual.",
            running_for=1143.0,
            reporting={"invoices": 18_400, "skipped": 12},
            ledger=[Slice("succeeded", 285), Slice("skipped_running", 3)],
            due=289,
            in_flight=1,
            next_due_at=NOW + timedelta(seconds=57),
        ),
        row(
            "CartCleanup",
            "every 10 min",
            sparks(600, steady(1.8, 2.2)),
            description="Forgets carts that nobody came back to.",
            ledger=[Slice("succeeded", 143), Slice("missed", 1)],
            due=144,
            next_due_at=NOW + timedelta(seconds=411),
        ),
        row(
            "MailOutbox",
            "2 s after each run",
            sparks(2.4, steady(0.21, 0.33)),
            description="Sends the letters that wait in the outbox.",
            state="running",
            running_for=0.4,
            reporting={"sent": 12},
            ledger=[Slice("succeeded", 41_213), Slice("failed", 7)],
            due=41_221,
            in_flight=1,
            failures=7,
            next_due_at=None,
        ),
        row(
            "NightlyReport",
            "every 24 h",
            [],
            description="Adds up the day, once it is over.",
            reason="No run has succeeded yet.",
            ledger=[],
            due=0,
            next_due_at=NOW + timedelta(hours=20, minutes=56),
        ),
        row(
            "PriceFeed",
            "every 1 min",
            sparks(60, steady(3.1, 0.6)),
            description="Fetches the prices of the day.",
            state="paused",
            is_paused=True,
            reason="It is paused.",
            ledger=[Slice("succeeded", 1201), Slice("skipped_paused", 239)],
            due=1440,
        ),
        row(
            "SessionCleanup",
            "every 1 min",
            sparks(60, steady(0.04, 0.02)),
            ledger=[Slice("succeeded", 960), Slice("skipped_elsewhere", 480)],
            due=1440,
        ),
    ]


def overview(jobs: Sequence[JobRow] | None = None, status: str = "unhealthy") -> OverviewView:
    """Return the overview of the shop, or of other jobs."""
    return OverviewView(
        title="Shop",
        replica="web-1:4711",
        now=NOW,
        status=status,
        live=True,
        ready=True,
        last_blockage=None,
        jobs=rows() if jobs is None else jobs,
    )
