"""`loopjobs list`."""

from rich.text import Text

from loopjobs import Host, JobHandle
from loopjobs.cli._app import AppArguments, build_host
from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._parameters import App, Json, SettingsFiles
from loopjobs.cli._tables import plain_table
from loopjobs.cli._text import safe
from loopjobs.wording import schedule


def list_jobs(
    app: App = None,
    settings: SettingsFiles = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List the jobs: name, schedule, section, and what each is for. Nothing is started."""
    host = build_host(AppArguments(app, settings))
    if as_json:
        print_document([_as_json(job) for job in host.jobs.values()])
    else:
        _print(host)


def _as_json(job: JobHandle) -> dict[str, object]:
    options = job.status().options
    return {
        "name": job.name,
        "schedule": schedule(options),
        "interval": None if options.cron is not None else options.interval_in_seconds,
        "cron": options.cron,
        "time_zone": None if options.cron is None else options.time_zone,
        "pacing": options.pacing.value,
        "is_enabled": options.enabled,
        "section": job.section,
        "description": job.description,
    }


def _print(host: Host) -> None:
    table = plain_table("job", "schedule", "section", "description")
    for job in host.jobs.values():
        options = job.status().options
        when = schedule(options) if options.enabled else "disabled"
        cells = (job.name, when, job.section, job.description)
        table.add_row(*(Text(safe(cell)) for cell in cells), style="" if options.enabled else "dim")
    results().print(table)
