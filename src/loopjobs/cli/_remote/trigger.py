"""`loopjobs trigger`."""

from typing import Annotated, Final

import typer
from rich.text import Text

from loopjobs import Outcome
from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._mistakes import ExitCode, exit_code_for
from loopjobs.cli._parameters import Job, Json, TokenFile, Url
from loopjobs.cli._records import run_in_words
from loopjobs.cli._remote.actions import Target, act
from loopjobs.cli._remote.answers import take_shape
from loopjobs.cli._remote.mount import parse_mount
from loopjobs.cli._remote.shapes import RunShape, TriggeredShape
from loopjobs.cli._text import safe
from loopjobs.wording import span

_LONGEST_WAIT: Final = 60.0
"""What a service allows."""


def trigger(
    context: typer.Context,
    job: Job,
    url: Url = None,
    token_file: TokenFile = None,
    wait: Annotated[
        float,
        typer.Option(metavar="S", min=0, max=_LONGEST_WAIT, help="Seconds to wait for the end."),
    ] = 0.0,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Run a job of a running service now, beside its schedule.

    Without `--wait` the exit code is 0 as soon as the service has accepted it, and 5 if the run
    is skipped. With it: 0 succeeded, 1 failed, 2 a mistake, 3 timed out, 4 cancelled or abandoned,
    5 skipped, 6 still running when the wait was over.
    """
    answer = act(context, Target(url, token_file), job, "trigger", wait)
    run = take_shape(parse_mount(url), TriggeredShape, answer).run
    if as_json:
        print_document(answer)
    else:
        results().print(Text(_words(job, run, wait)), soft_wrap=True)
    raise typer.Exit(_code(run, wait))


def _words(job: str, run: RunShape | None, wait: float) -> str:
    if run is not None:
        return run_in_words(job, run)
    return f"{safe(job)}: " + (f"still running after {span(wait)}" if wait else "accepted")


def _code(run: RunShape | None, wait: float) -> ExitCode:
    if run is None:
        return ExitCode.STILL_RUNNING if wait else ExitCode.DONE
    # A newer service may have outcomes that this command does not know: no success, that much.
    is_known = run.outcome in tuple(Outcome)
    code = exit_code_for(Outcome(run.outcome)) if is_known else ExitCode.FAILED
    # How a quick run ended is not told by the code, or it would depend on how quick it was.
    return code if wait or code is ExitCode.SKIPPED else ExitCode.DONE
