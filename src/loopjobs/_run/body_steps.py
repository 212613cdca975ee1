"""Takes the steps of bodies, of one body after the other, in one generator."""

from collections.abc import Callable, Generator, Sequence
from types import coroutine
from typing import Final, TypeAlias, cast

from loopjobs._run.body import BodyCall
from loopjobs._run.current import enter_run
from loopjobs._run.run_context import RunContext, prepare
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.cancellation import CancellationToken

ENDED: Final = object()
"""What is yielded once a body has ended."""

Order: TypeAlias = tuple[RunInProgress, BodyCall, CancellationToken]
BodySteps: TypeAlias = Generator[object, Order, None]
Idle: TypeAlias = tuple[BodySteps, Callable[[Order], object]]
"""Steps that run no body, and their `send`: to look it up takes as long as to call it."""


def body_steps(run_contexts: Sequence[RunContext]) -> Idle:
    """Return what runs the bodies that it is sent, each in the context it is sent in.

    Most bodies end with their first step. A coroutine around each of them, to keep what they
    return, would take longer to make than that step.

    It yields what a body awaits, and `ENDED` once that has ended; a body that raises ends it.
    """
    steps = cast("BodySteps", _body_steps(run_contexts))
    next(steps)
    return steps, steps.send


@coroutine
def _body_steps(run_contexts: Sequence[RunContext]) -> BodySteps:
    while True:
        run, call, token = yield ENDED
        enter_run(run)
        if run_contexts:
            for enter in run_contexts:
                prepare(enter, run)
        # `coroutine` permits it, of which mypy does not know.
        returned: object = yield from call(token)  # type: ignore[func-returns-value]
        if returned is not None:
            run.returned = returned
        # It must not outlive its end; the others go with the next one.
        del run
