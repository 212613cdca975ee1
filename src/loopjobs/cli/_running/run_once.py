"""`loopjobs run-once`."""

import asyncio
import logging
import os
import sys
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Annotated, NoReturn

import typer
from rich.console import Console, RenderableType
from rich.spinner import Spinner
from rich.text import Text

from loopjobs import Clock, ControlError, Host, JobHandle, Outcome, RunRecord, StartError
from loopjobs.cli._app import AppArguments, build_host
from loopjobs.cli._app.reference import VARIABLE
from loopjobs.cli._completion import complete_job
from loopjobs.cli._consoles import asides, can_be_drawn_over, print_document, results, spared_output
from loopjobs.cli._drawing import Drawing, Screen, written_above
from loopjobs.cli._jobs import find_jobs
from loopjobs.cli._log_lines import log_to_stderr
from loopjobs.cli._mistakes import CommandError, ExitCode, exit_code_for
from loopjobs.cli._parameters import Json, SettingsFiles, Verbose
from loopjobs.cli._records import run_as_json, run_in_words
from loopjobs.cli._running.interruptible import run_once
from loopjobs.cli._surroundings import surroundings_of
from loopjobs.cli._text import counters, safe
from loopjobs.wording import span

_Names = Annotated[
    list[str],
    typer.Argument(
        metavar="[APP] JOB",
        show_default=False,
        autocompletion=complete_job,
        help=f"The builder, as for the other commands (or {VARIABLE}), and the name of the job.",
    ),
]


def run_job_once(
    context: typer.Context,
    names: _Names,
    settings: SettingsFiles = None,
    verbose: Verbose = False,  # noqa: FBT002 - a flag of the command line
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Run one job once, now, and end with how it ended.

    What was registered before the job is started first, other jobs excepted. Ctrl-C asks the run
    to end, a second one does not wait for it.

    Exit codes: 0 succeeded, 1 failed, 2 a mistake, 3 timed out, 4 cancelled or abandoned,
    5 skipped.
    """
    app, job = _app_and_job(names)
    console = asides()
    with (
        written_above(console) if can_be_drawn_over(console) else nullcontext(),
        spared_output() if as_json else nullcontext(),
    ):
        host = build_host(AppArguments(app, settings))
        (handle,) = find_jobs(host, job)
        log_to_stderr(logging.DEBUG if verbose else logging.WARNING)
        run = _run(_OneRun(host, handle, surroundings_of(context).clock, console))
    _tell(run, handle, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _OneRun:
    host: Host
    job: JobHandle
    clock: Clock
    console: Console


def _app_and_job(names: list[str]) -> tuple[str | None, str]:
    match names:
        case [job]:
            return os.environ.get(VARIABLE), job
        case [app, job]:
            return app, job
        case _:
            raise CommandError(f"run-once takes an APP and one JOB, not {len(names)} names.")


def _run(one: _OneRun) -> RunRecord | None:
    runner = asyncio.Runner()
    run = None
    try:
        run = runner.run(_shown_run(one))
    except ControlError as error:
        raise CommandError(f"{error}.") from error
    except StartError as error:
        raise CommandError(f"{error}.", ExitCode.FAILED) from error
    finally:
        if run is None or run.outcome is not Outcome.ABANDONED:
            runner.close()
    return run


async def _shown_run(one: _OneRun) -> RunRecord | None:
    async with _progress(one):
        return await run_once(one.host, one.job.name)


def _progress(one: _OneRun) -> AbstractAsyncContextManager[object]:
    if not can_be_drawn_over(one.console):
        return nullcontext()
    # Letters that every terminal has.
    spinner = Spinner("line")
    return Drawing(Screen(one.console), one.clock, lambda: _picture(one.job, spinner))


def _picture(job: JobHandle, spinner: Spinner) -> RenderableType:
    status = job.status()
    words = [safe(job.name), status.state.value.replace("_", " ")]
    if status.running_for is not None:
        words.append(span(status.running_for))
    spinner.update(text=Text(" ".join([*words, counters(status.reporting)])))
    return spinner


def _tell(run: RunRecord | None, job: JobHandle, *, as_json: bool) -> NoReturn:
    if run is None:
        raise CommandError(
            f"{job.name}: interrupted before the end of the run.", ExitCode.CANCELLED
        )
    if as_json:
        print_document(run_as_json(run))
    else:
        results().print(Text(run_in_words(run.job, run)), soft_wrap=True)
    code = exit_code_for(run.outcome)
    if run.outcome is Outcome.ABANDONED:
        # It would not end, and so would a process that waits for it.
        sys.stderr.flush()
        os._exit(code)
    raise typer.Exit(code)
