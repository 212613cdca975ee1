"""What a job is."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, Protocol, TypeAlias

from loopjobs._words.again import RunAgain
from loopjobs._words.cancellation import CancellationToken

JobBody: TypeAlias = Callable[
    Concatenate[CancellationToken, ...], Awaitable[RunAgain | None] | RunAgain | None
]
"""One run: takes the token, then whatever is injected for each run."""


class LoopJob(Protocol):
    """A class with one method, built once by dependency injection; `ILoopJob` of the .NET pattern.

    `execute` is async, or plain: then it runs in a worker thread. It may return `RunAgain`.
    Parameters after `ct` that are annotated `FromDishka[...]` are resolved anew for each run.
    A class attribute `name` is optional; the class name is the default.
    """

    @property
    def execute(self) -> JobBody:
        """Do the work once; end early when `ct` asks for it."""
        ...
