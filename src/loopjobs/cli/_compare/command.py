"""`loopjobs compare`."""

from pathlib import Path
from typing import Annotated

import typer

from loopjobs.cli._compare.document import comparison_document
from loopjobs.cli._compare.lines import comparison_lines
from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._parameters import Json
from loopjobs.side_by_side import JournalError, Verdict, compare, read_journal


def compare_journals(
    journals: Annotated[
        list[Path],
        typer.Argument(
            metavar="JOURNAL...",
            show_default=False,
            help="What FileJournal of loopjobs.side_by_side has written, of both schedulers.",
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
    """Tell which runs APScheduler and the loop both had, and why one had some alone.

    The exit code is 1 unless each run of each job has its counterpart.
    """
    try:
        found = compare(read_journal(journals), tolerance)
    except JournalError as error:
        raise CommandError(str(error)) from None
    if job is not None:
        known = [each.job for each in found]
        if job not in known:
            has = ", ".join(known) or "none"
            raise CommandError(f"the journals know no job {job!r}; they have {has}.")
        found = [each for each in found if each.job == job]
    if as_json:
        print_document(comparison_document(found, tolerance))
    else:
        console = results()
        for line in comparison_lines(found):
            console.print(line, soft_wrap=True)
    if not found or any(each.verdict is not Verdict.ALIKE for each in found):
        raise typer.Exit(ExitCode.FAILED)
