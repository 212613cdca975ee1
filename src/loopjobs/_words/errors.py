"""Every error the library raises: data for programs, a sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake found while building a host: where it is, what is wrong, what to do."""

    where: str
    """A settings path such as `PcKeepAliveJob:IntervalInSeconds`, or the name of a job."""
    what: str
    """The rule that is broken, with the value that breaks it."""
    remedy: str
    """What the reader can do about it."""
    source: str | None = None
    """Where the value came from: a file, an environment variable, code."""

    def __str__(self) -> str:
        origin = f" (from {self.source})" if self.source else ""
        return f"{self.where}: {self.what}{origin}. {self.remedy}"


class LoopJobsError(Exception):
    """The root of all errors raised by loopjobs."""


class BuildError(LoopJobsError):
    """The host cannot be built; `problems` lists every mistake found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self._text())

    def _text(self) -> str:
        count = len(self.problems)
        title = f"{count} problem{'s' if count != 1 else ''} found; nothing was started:"
        return "\n".join([title, *(f"  - {problem}" for problem in self.problems)])


class SettingsError(BuildError):
    """Settings are missing, unreadable or break a rule."""


class RegistrationError(BuildError):
    """Jobs, services or their dependencies do not fit together."""


class SettingsAndRegistrationError(SettingsError, RegistrationError):
    """Both kinds of mistakes at once; catching either class catches it."""


class StartError(LoopJobsError):
    """A host or service did not start, or was asked to start in a state that does not allow it."""


class StopError(LoopJobsError):
    """A service did not stop as it should; the host went on without it."""


class LoopError(LoopJobsError):
    """The loop of a job ended although nobody stopped it."""


class ControlError(LoopJobsError):
    """A control call (trigger, pause, resume, reload) that the present state does not allow."""


class LeaseUnavailableError(LoopJobsError):
    """The lease store cannot be reached, or did not answer in time."""


class LeaseLostError(LoopJobsError):
    """The lease of a run has ended before the run; another replica may run the job."""
