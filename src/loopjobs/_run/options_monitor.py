"""Options that can change while the host runs."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from loopjobs._run.current import find_current_run
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.options import Options

_log = logging.getLogger("loopjobs.options")

OptionsT = TypeVar("OptionsT", bound=Options)


class OptionsMonitor(Generic[OptionsT]):
    """Shows the present options; `IOptionsMonitor<T>` in .NET.

    Inject `OptionsMonitor[MyOptions]` where a reload of the settings should be seen. `MyOptions`
    itself is what was in force when it was injected: into a constructor once, into `execute` anew
    for each run.
    """

    __slots__ = ("_calls", "_latest")

    def __init__(self, options: OptionsT) -> None:
        self._latest = options
        self._calls: tuple[Callable[[OptionsT], None], ...] = ()

    @property
    def current(self) -> OptionsT:
        """The options in force. They do not change within a run of the job they belong to."""
        return self._latest

    def on_change(self, call: Callable[[OptionsT], None]) -> Callable[[], None]:
        """Call back with the new options when others are put in force; `OnChange` in .NET.

        It is called on the event loop; what it raises is logged. What is returned calls it off.
        """
        own = _Call(call)
        self._calls += (own,)

        def call_off() -> None:
            self._calls = tuple(each for each in self._calls if each is not own)

        return call_off

    def use(self, options: OptionsT) -> None:
        """Put other options in force."""
        before, self._latest = self._latest, options
        if options != before:
            for call in self._calls:
                call(options)


class _Call(Generic[OptionsT]):
    """Somebody who wants to know; twice the same are two."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[OptionsT], None]) -> None:
        self._call = call

    def __call__(self, options: OptionsT) -> None:
        try:
            self._call(options)
        except Exception:  # noqa: BLE001 - the options are in force, whoever stumbles over them
            _log.exception("%r failed on changed options", self._call)


class JobOptionsMonitor(OptionsMonitor[OptionsT]):
    """The monitor of one job's options: inside a run it shows what that run began with."""

    __slots__ = ("job",)

    job: str
    """The name of the job."""

    def __init__(self, job: str, options: OptionsT) -> None:
        super().__init__(options)
        self.job = job

    @property
    def latest(self) -> OptionsT:
        """The options that the next run will begin with."""
        return self._latest

    @property
    def current(self) -> OptionsT:
        """The options of the run that asks; outside a run, the latest."""
        run = find_current_run()
        if isinstance(run, RunInProgress) and run.job == self.job:
            return cast("OptionsT", run.options)
        return self._latest
