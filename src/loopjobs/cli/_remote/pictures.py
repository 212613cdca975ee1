"""A service and its jobs, as a person wants to see them."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from loopjobs.cli._option_tables import options_table
from loopjobs.cli._overview.table import STYLES, overview
from loopjobs.cli._remote.cluster_words import cluster_words
from loopjobs.cli._remote.rows import end_of, row_in, rows_in
from loopjobs.cli._remote.shapes import JobShape, OverviewShape, RunShape
from loopjobs.cli._tables import plain_table
from loopjobs.cli._text import counters, instant, safe, safe_lines
from loopjobs.wording import ago, span

_INDENT = (0, 0, 0, 2)
_ENTRIES = 10


def picture_of_service(view: OverviewShape, width: int) -> RenderableType:
    """Show all jobs, what is in trouble first."""
    head = Text.assemble((view.status.value, STYLES[view.status]), f"  {safe(view.replica)}")
    if not view.live:
        head.append("  not live", style="bold red")
    if not view.ready:
        head.append("  not ready", style="yellow")
    if view.last_blockage:
        head.append(f"  last blockage: {safe(view.last_blockage)}")
    return Group(head, Text(""), overview(rows_in(view.jobs, view.now), width))


def picture_of_job(job: JobShape, now: datetime) -> RenderableType:
    """Show one job: how it is and why, its last runs, the last error, its options."""
    parts: list[RenderableType] = [
        Text.assemble((safe(job.name), "bold"), "  ", safe(job.description)),
        Text.assemble((job.health.value, STYLES[job.health]), "  ", safe(job.reason)),
        Text(""),
        _facts(job, now),
    ]
    if job.runs:
        parts += [Text("\nlast runs", style="bold"), Padding(_runs(job.runs, now), _INDENT)]
    if job.skipped:
        parts += [Text("\nwhy nothing ran", style="bold"), Padding(_skipped(job, now), _INDENT)]
    if job.actions:
        parts += [Text("\nlast actions", style="bold"), Padding(_actions(job, now), _INDENT)]
    failed = next((run for run in job.runs if run.traceback or run.error), None)
    if failed is not None:
        text = safe_lines((failed.traceback or failed.error or "").rstrip())
        head = f"\nlast error, {ago((now - end_of(failed)).total_seconds())}"
        parts += [Text(head, style="bold"), Padding(Text(text, style="red"), _INDENT)]
    parts += [Text("\noptions", style="bold"), Padding(options_table(job.options), _INDENT)]
    return Group(*parts)


def _facts(job: JobShape, now: datetime) -> Table:
    row = row_in(job, now)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    running = "" if row.running_for is None else f", for {span(row.running_for)}"
    facts = {
        "state": f"{safe(row.state)}{running} {counters(row.reporting)}".rstrip(),
        "schedule": safe(job.schedule),
        "next": "none" if job.next_due_at is None else instant(job.next_due_at),
        "last success": "never" if job.last_success_age is None else ago(job.last_success_age),
        "failures in a row": str(job.consecutive_failures),
        "ledger": " ".join(f"{safe(name)}={count}" for name, count in row.ledger.items()),
        "section": safe(job.section),
    }
    if job.cluster is not None:
        facts["cluster"] = cluster_words(job.cluster)
    for name, value in facts.items():
        table.add_row(name, Text(value))
    return table


def _runs(runs: Sequence[RunShape], now: datetime) -> Table:
    table = plain_table("run", "ended", "outcome", "took", "reported", "error")
    for run in runs[:_ENTRIES]:
        ended = ago((now - end_of(run)).total_seconds())
        cells = (run.run_id, ended, run.outcome, span(run.duration))
        said = (counters(run.reported), safe(run.error or ""))
        table.add_row(*(Text(safe(cell)) for cell in cells), *map(Text, said))
    return table


def _skipped(job: JobShape, now: datetime) -> Table:
    table = plain_table("last", "reason", "slots", "since")
    for each in job.skipped:
        last = ago((now - each.last_at).total_seconds())
        cells = (last, safe(each.outcome), str(each.count), instant(each.first_at))
        table.add_row(*map(Text, cells))
    return table


def _actions(job: JobShape, now: datetime) -> Table:
    table = plain_table("when", "who", "action", "result")
    for each in job.actions[:_ENTRIES]:
        when = ago((now - each.at).total_seconds())
        table.add_row(when, *(Text(safe(cell)) for cell in (each.who, each.action, each.result)))
    return table
