"""Options that can change while the host runs."""

from typing import Generic, TypeVar, cast

from loopjobs._run.current import find_current_run
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.options import Options

OptionsT = TypeVar("OptionsT", bound=Options)


class OptionsMonitor(Generic[OptionsT]):
    """Shows the present options; `IOptionsMonitor<T>` in .NET.

    Inject `OptionsMonitor[MyOptions]` where a reload of the settings should be seen. `MyOptions`
    itself is what was in force when it was injected: into a constructor once, into `execute` anew
    for each run.
    """

    __slots__ = ("_latest",)

    def __init__(self, options: OptionsT) -> None:
        self._latest = options

    @property
    def current(self) -> OptionsT:
        """The options in force. They do not change within a run of the job they belong to."""
        return self._latest

    def use(self, options: OptionsT) -> None:
        """Put other options in force."""
        self._latest = options


class JobOptionsMonitor(OptionsMonitor[OptionsT]):
    """The monitor of one job's options: inside a run it shows what that run began with."""

    __slots__ = ("_job",)

    def __init__(self, job: str, options: OptionsT) -> None:
        super().__init__(options)
        self._job = job

    @property
    def latest(self) -> OptionsT:
        """The options that the next run will begin with."""
        return self._latest

    @property
    def current(self) -> OptionsT:
        """The options of the run that asks; outside a run, the latest."""
        run = find_current_run()
        if isinstance(run, RunInProgress) and run.job == self._job:
            return cast("OptionsT", run.options)
        return self._latest
