"""The table of all jobs, as wide as the terminal allows."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from loopjobs import Outcome
from loopjobs.cli._overview.rows import JobRow
from loopjobs.cli._tables import plain_table
from loopjobs.cli._text import counters, safe
from loopjobs.health import HealthStatus
from loopjobs.wording import ago, ahead, span

STYLES: Final = {
    HealthStatus.HEALTHY: "green",
    HealthStatus.DEGRADED: "yellow",
    HealthStatus.UNHEALTHY: "bold red",
}
_FAILURES: Final = frozenset[str]({Outcome.FAILED, Outcome.TIMED_OUT, Outcome.ABANDONED})


class _Column(NamedTuple):
    head: str
    cell: Callable[[JobRow], Text]
    from_width: int
    """The column is left out on a terminal that is narrower."""


def overview(rows: Sequence[JobRow], width: int) -> RenderableType:
    """Show the rows in their order; below the table, why what is in trouble is so."""
    columns = [column for column in _COLUMNS if width >= column.from_width]
    table: Table = plain_table(*(column.head for column in columns))
    for row in rows:
        table.add_row(*(column.cell(row) for column in columns))
    reasons = [_reason(row) for row in rows if row.health is not HealthStatus.HEALTHY]
    return Group(table, *([Text(""), *reasons] if reasons else []))


def _reason(row: JobRow) -> Text:
    return Text.assemble((safe(row.name), STYLES[row.health]), "  ", safe(row.reason))


def _health(row: JobRow) -> Text:
    return Text(row.health.value, style=STYLES[row.health])


def _state(row: JobRow) -> Text:
    if row.running_for is None:
        return Text(safe(row.state))
    return Text(f"{safe(row.state)} {span(row.running_for)} {counters(row.reporting)}".rstrip())


def _last(row: JobRow) -> Text:
    if row.last_outcome is None or row.last_ended is None:
        return Text("")
    style = "red" if row.last_outcome in _FAILURES else ""
    return Text(f"{safe(row.last_outcome)} {ago(row.last_ended)}", style=style)


def _failures(row: JobRow) -> Text:
    failures = row.consecutive_failures
    return Text(str(failures) if failures else "", style="red")


def _ledger(row: JobRow) -> Text:
    return Text(" ".join(f"{safe(outcome)}={count}" for outcome, count in row.ledger.items()))


_COLUMNS: Final = (
    _Column("health", _health, 0),
    _Column("job", lambda row: Text(safe(row.name)), 0),
    _Column("state", _state, 50),
    _Column("next", lambda row: Text("" if row.next_due is None else ahead(row.next_due)), 60),
    _Column("last run", _last, 80),
    _Column("failures", _failures, 100),
    _Column("ledger", _ledger, 130),
)
