"""`loopjobs plan`."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from loopjobs import Host
from loopjobs.cli._app import AppArguments, build_host
from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._jobs import find_jobs
from loopjobs.cli._mistakes import CommandError
from loopjobs.cli._parameters import App, JobOfApp, Json, SettingsFiles
from loopjobs.cli._plan.arithmetic import Plan, PlannedTick, plan_ticks
from loopjobs.cli._surroundings import surroundings_of
from loopjobs.cli._text import instant, safe
from loopjobs.wording import exact, schedule, span

_MOST = 10_000


def plan(  # noqa: PLR0913, PLR0917 - the options of a command line
    context: typer.Context,
    app: App = None,
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=_MOST, help="How many ticks of each job.")
    ] = 5,
    job: JobOfApp = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="As if started then: 2026-03-01T08:00:00Z."),
    ] = None,
    settings: SettingsFiles = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show the next ticks of each job, were its host started now.

    Nothing is started. Jitter is shown as a range. With a fixed delay only the first tick is
    known, for the others depend on how long runs take.
    """
    start = surroundings_of(context).clock.now() if at is None else _parse_instant(at)
    plans = _plans(build_host(AppArguments(app, settings)), job, start, count)
    if as_json:
        print_document({"at": start.isoformat(), "jobs": [_as_json(each) for each in plans]})
        return
    console = results()
    for line in _lines(plans, start):
        console.print(line, soft_wrap=True)


def _plans(host: Host, job: str | None, start: datetime, count: int) -> list[Plan]:
    statuses = [handle.status() for handle in find_jobs(host, job)]
    try:
        return [plan_ticks(each.name, each.options, start, count) for each in statuses]
    except OverflowError:
        raise CommandError(
            f"{count} ticks reach past the year 9999; ask for fewer with --count."
        ) from None


def _parse_instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _bad_instant(text) from None
    if moment.tzinfo is None:
        raise _bad_instant(text)
    return moment.astimezone(UTC)


def _bad_instant(text: str) -> CommandError:
    return CommandError(
        f"--at takes an instant with its offset, as in 2026-03-01T08:00:00Z, not {text!r}."
    )


def _as_json(plan: Plan) -> dict[str, object]:
    options = plan.options
    return {
        "name": plan.job,
        "schedule": schedule(options),
        "pacing": options.pacing.value,
        "is_enabled": options.enabled,
        "later_ticks_depend_on_runs": plan.is_open,
        "ticks": [
            {
                "number": tick.number,
                "due_from": tick.due_from.isoformat(),
                "due_until": tick.due_until.isoformat(),
                "starts_until": tick.starts_until.isoformat(),
            }
            for tick in plan.ticks
        ],
    }


def _lines(plans: Sequence[Plan], start: datetime) -> Iterator[Text]:
    for plan in plans:
        yield Text.assemble((safe(plan.job), "bold"), "  ", _summary(plan))
        for tick in plan.ticks:
            yield Text(f"  {_shown(tick, start)}")
        if plan.is_open:
            interval = exact(plan.options.interval_in_seconds)
            yield Text(f"  then {interval} after the end of each run", style="dim")


def _summary(plan: Plan) -> str:
    if not plan.options.enabled:
        return "disabled: it never ticks"
    parts = [schedule(plan.options)]
    if not plan.options.has_slots:
        return parts[0]
    if delay := plan.options.initial_delay_in_seconds:
        parts.append(f"first after {exact(delay)}")
    if jitter := plan.options.start_jitter_in_seconds:
        parts.append(f"all moved by up to {exact(jitter)}")
    if jitter := plan.options.jitter_in_seconds:
        parts.append(f"each up to {exact(jitter)} late")
    return ", ".join(parts)


def _shown(tick: PlannedTick, start: datetime) -> str:
    first, last = ((each - start).total_seconds() for each in (tick.due_from, tick.starts_until))
    if last > first:
        until = instant(tick.starts_until)
        return f"{instant(tick.due_from)} to {until}  {_ahead(first)} to {span(last)}"
    return f"{instant(tick.due_from)}  {_ahead(first)}"


def _ahead(seconds: float) -> str:
    return f"in {span(seconds)}" if seconds else "at once"
