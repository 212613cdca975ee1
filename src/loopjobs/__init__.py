"""Periodic background jobs inside a service: a class, a settings section, a host."""

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._contracts.listener import Listener
from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._version import __version__
from loopjobs._words.again import RunAgain
from loopjobs._words.cancellation import CancellationToken, CancellationTokenSource
from loopjobs._words.clock import Alarm, AlarmClock, Clock, SystemClock
from loopjobs._words.errors import (
    BuildError,
    ControlError,
    LoopJobsError,
    Problem,
    RegistrationError,
    SettingsError,
    StartError,
)
from loopjobs._words.events import (
    Event,
    JobPaused,
    JobResumed,
    LoopDied,
    LoopStarted,
    LoopStopped,
    OptionsChanged,
    RunEnded,
    RunOverstayed,
    RunStarted,
    SlotsSkipped,
)
from loopjobs._words.options import (
    HostOptions,
    LoopJobOptions,
    Options,
    Pacing,
    RunOn,
    WhenLeaseUnavailable,
)
from loopjobs._words.outcomes import JobState, Outcome
from loopjobs._words.records import JobStatus, Ledger, RunRecord

__all__ = [
    "Alarm",
    "AlarmClock",
    "BuildError",
    "CancellationToken",
    "CancellationTokenSource",
    "Clock",
    "ControlError",
    "Event",
    "HostOptions",
    "HostedService",
    "JobBody",
    "JobPaused",
    "JobResumed",
    "JobState",
    "JobStatus",
    "Ledger",
    "Listener",
    "LoopDied",
    "LoopJob",
    "LoopJobOptions",
    "LoopJobsError",
    "LoopStarted",
    "LoopStopped",
    "Options",
    "OptionsChanged",
    "Outcome",
    "Pacing",
    "Problem",
    "RegistrationError",
    "RunAgain",
    "RunEnded",
    "RunOn",
    "RunOverstayed",
    "RunRecord",
    "RunStarted",
    "SettingsError",
    "SlotsSkipped",
    "StartError",
    "SystemClock",
    "WhenLeaseUnavailable",
    "__version__",
]
