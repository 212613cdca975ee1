"""`loopjobs compare`."""

from typing import Annotated

import typer

from loopjobs.cli._compare.document import comparison_document
from loopjobs.cli._compare.lines import comparison_lines
from loopjobs.cli._compare.sources import read_sources
from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._parameters import Json
from loopjobs.side_by_side import Verdict, compare


def compare_runs(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            show_default=False,
            help="A journal that FileJournal of loopjobs.side_by_side has written; the URL of a "
            "stored history, without a password, for the side of the loop; a list of the old "
            "scheduler's runs in CSV: job,due_at,started_at,ended_at,outcome.",
        ),
    ],
    tolerance: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="Runs that are due no further apart are one and the same.",
        ),
    ] = 1.0,
    job: Annotated[str | None, typer.Option("--job", metavar="JOB", help="Only this one.")] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell which runs the old scheduler and the loop both had, and why one had some alone.

    The exit code is 1 unless each run of each job has its counterpart.
    """
    found = compare(read_sources(sources), tolerance)
    if job is not None:
        known = [each.job for each in found]
        if job not in known:
            has = ", ".join(known) or "none"
            raise CommandError(f"the sources know no job {job!r}; they have {has}.")
        found = [each for each in found if each.job == job]
    if as_json:
        print_document(comparison_document(found, tolerance))
    else:
        console = results()
        for line in comparison_lines(found):
            console.print(line, soft_wrap=True)
    if not found or any(each.verdict is not Verdict.ALIKE for each in found):
        raise typer.Exit(ExitCode.FAILED)
