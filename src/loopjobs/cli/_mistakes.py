"""How a command ends."""

from enum import IntEnum

from loopjobs import Outcome


class ExitCode(IntEnum):
    """What the shell gets to see."""

    DONE = 0
    """It came about; of a run: it succeeded; of a service: it is healthy or degraded."""
    FAILED = 1
    """It was rightly asked for and did not come about; of a service: unhealthy, or out of reach."""
    MISTAKE = 2
    """What was asked for cannot be done as it was asked: arguments, settings, rights."""
    TIMED_OUT = 3
    """The run passed its `TimeoutInSeconds`."""
    CANCELLED = 4
    """The run was cancelled, or would not stop and was abandoned."""
    SKIPPED = 5
    """There was no run: another one was in progress, for example."""
    STILL_RUNNING = 6
    """`trigger --wait`: the run had not ended when the wait was over."""
    INTERRUPTED = 130
    """Ctrl-C."""
    BROKEN_PIPE = 141
    """Nobody read on, as in `loopjobs list | head -1`; what SIGPIPE gives."""


def exit_code_for(outcome: Outcome) -> ExitCode:
    """Return how a command ends whose run ended like that."""
    match outcome:
        case Outcome.SUCCEEDED:
            return ExitCode.DONE
        case Outcome.FAILED:
            return ExitCode.FAILED
        case Outcome.TIMED_OUT:
            return ExitCode.TIMED_OUT
        case Outcome.CANCELLED | Outcome.ABANDONED:
            return ExitCode.CANCELLED
        case _:
            return ExitCode.SKIPPED


class CommandError(Exception):
    """Ends the command with a message for the person at the prompt, and no traceback.

    Args:
        what: What is wrong, where, and what to do.
        exit_code: What the shell gets to see.
    """

    def __init__(self, what: str, exit_code: ExitCode = ExitCode.MISTAKE) -> None:
        self.exit_code = exit_code
        super().__init__(what)
