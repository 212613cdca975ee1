"""`loopjobs pause` and `loopjobs resume`."""

import typer

from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._parameters import Job, Json, TokenFile, Url
from loopjobs.cli._remote.actions import Target, act
from loopjobs.cli._remote.service import Document
from loopjobs.cli._text import safe


def pause(
    context: typer.Context,
    job: Job,
    url: Url = None,
    token_file: TokenFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Skip the slots of a job from now on; a run in progress goes on. Idempotent."""
    answer = act(context, Target(url, token_file), job, "pause")
    _tell(answer, f"{safe(job)}: paused", as_json=as_json)


def resume(
    context: typer.Context,
    job: Job,
    url: Url = None,
    token_file: TokenFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Run the slots of a job again from now on. Idempotent."""
    answer = act(context, Target(url, token_file), job, "resume")
    _tell(answer, f"{safe(job)}: resumed", as_json=as_json)


def _tell(answer: Document, words: str, *, as_json: bool) -> None:
    if as_json:
        print_document(answer)
    else:
        results().print(words)
