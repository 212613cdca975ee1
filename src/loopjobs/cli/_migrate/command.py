"""`loopjobs migrate`."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._migrate.document import inventory_document
from loopjobs.cli._migrate.lines import inventory_lines
from loopjobs.cli._migrate.writing import Permission, write_sections
from loopjobs.cli._mistakes import CommandError
from loopjobs.cli._parameters import Json
from loopjobs.cli._surroundings import surroundings_of
from loopjobs.migration import (
    Inventory,
    MigrationError,
    OldScheduler,
    Preferences,
    read_database,
    read_file,
    take_stock,
)


def migrate(  # noqa: PLR0913, PLR0917 - the options of a command line
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            show_default=False,
            help="quartz_jobs.xml, appsettings.json, a list of recurring jobs in JSON or CSV, or "
            "the URL of a database without a password: sqlite:///FILE, postgresql://HOST/NAME.",
        ),
    ],
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Add the sections to this settings file. Asks first."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,  # noqa: FBT002 - a flag
    dry_run: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--dry-run", help="Show what --write would change, and write nothing.")
    ] = False,
    time_zone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Of schedules that name none, as in Europe/Berlin."),
    ] = None,
    intervals: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option(
            "--intervals", help="Make intervals of cron expressions that are some, up to an hour."
        ),
    ] = False,
    table_prefix: Annotated[
        str, typer.Option(metavar="PREFIX", help="Of Quartz's tables, as in quartz.qrtz_.")
    ] = "QRTZ_",
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell which jobs of another scheduler move, what will be different, and what stays.

    Reads the jobs of Quartz.NET, the recurring jobs of Hangfire and the jobs of APScheduler 3, and
    prints settings sections and Python code to begin with. Sources are only read.
    """
    if dry_run and write is None:
        raise CommandError("--dry-run is about --write FILE; without it nothing is written anyway.")
    if as_json and write is not None and not (yes or dry_run):
        raise CommandError("with --json nobody is asked: add --yes, or --dry-run.")
    try:
        now = surroundings_of(context).clock.now()
        found = [old for source in sources for old in _read(source, now, table_prefix)]
        inventory = take_stock(found, Preferences(time_zone, intervals))
        if as_json:
            print_document(inventory_document(inventory))
        else:
            _print(inventory, with_sections=write is None)
        if write is not None:
            write_sections(write, inventory, Permission(yes, dry_run), is_quiet=as_json)
    except MigrationError as error:
        raise CommandError(str(error)) from None


def _read(source: str, now: datetime, table_prefix: str) -> Sequence[OldScheduler]:
    if "://" in source:
        return read_database(source, now, table_prefix=table_prefix)
    return read_file(Path(source))


def _print(inventory: Inventory, *, with_sections: bool) -> None:
    console = results()
    for line in inventory_lines(inventory, with_sections=with_sections):
        console.print(line, soft_wrap=True)
