"""Periodic background jobs inside a service: a class, a settings section, a host."""

from loopjobs._contracts.fence import AsyncTransaction, Fence, FenceStatements, Rows, Transaction
from loopjobs._contracts.hosted_service import HostedService
from loopjobs._contracts.lease_store import LeaseStore, LeaseStoreSource
from loopjobs._contracts.listener import InLineListener, Listener, PausingListener
from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._host.builder import HostBuilder
from loopjobs._host.host import Host
from loopjobs._host.settings.json_text import plain_json
from loopjobs._loop.job_handle import JobHandle
from loopjobs._loop.service import LoopHostedService
from loopjobs._run.current import CurrentRun, current_run
from loopjobs._run.log_lines import LogLines
from loopjobs._run.options_monitor import OptionsMonitor
from loopjobs._run.run_context import RunContext
from loopjobs._run.run_meter import RunMeter
from loopjobs._version import __version__
from loopjobs._words.again import RunAgain
from loopjobs._words.calendar import Calendar
from loopjobs._words.cancellation import CancellationToken, CancellationTokenSource
from loopjobs._words.clock import Alarm, AlarmClock, Clock, SystemClock, VirtualClock
from loopjobs._words.errors import (
    BuildError,
    ControlError,
    LeaseLostError,
    LeaseUnavailableError,
    LoopError,
    LoopJobsError,
    Problem,
    RegistrationError,
    SettingsError,
    StartError,
    StopError,
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
from loopjobs._words.leases import (
    CalendarSlot,
    ClaimAnswer,
    ClaimRequest,
    Declined,
    Granted,
    GridSighting,
    Lease,
    LeaseEnd,
    Sighting,
)
from loopjobs._words.options import (
    HostOptions,
    LoopJobOptions,
    Options,
    Pacing,
    RunOn,
    SettingsEnum,
    StartedBy,
    WhenLeaseUnavailable,
)
from loopjobs._words.outcomes import JobState, Outcome
from loopjobs._words.records import (
    ClusterView,
    JobStatus,
    JobVitals,
    Ledger,
    RunRecord,
    ShownOption,
)
from loopjobs._words.redaction import redact

__all__ = [
    "Alarm",
    "AlarmClock",
    "AsyncTransaction",
    "BuildError",
    "Calendar",
    "CalendarSlot",
    "CancellationToken",
    "CancellationTokenSource",
    "ClaimAnswer",
    "ClaimRequest",
    "Clock",
    "ClusterView",
    "ControlError",
    "CurrentRun",
    "Declined",
    "Event",
    "Fence",
    "FenceStatements",
    "Granted",
    "GridSighting",
    "Host",
    "HostBuilder",
    "HostOptions",
    "HostedService",
    "InLineListener",
    "JobBody",
    "JobHandle",
    "JobPaused",
    "JobResumed",
    "JobState",
    "JobStatus",
    "JobVitals",
    "Lease",
    "LeaseEnd",
    "LeaseLostError",
    "LeaseStore",
    "LeaseStoreSource",
    "LeaseUnavailableError",
    "Ledger",
    "Listener",
    "LogLines",
    "LoopDied",
    "LoopError",
    "LoopHostedService",
    "LoopJob",
    "LoopJobOptions",
    "LoopJobsError",
    "LoopStarted",
    "LoopStopped",
    "Options",
    "OptionsChanged",
    "OptionsMonitor",
    "Outcome",
    "Pacing",
    "PausingListener",
    "Problem",
    "RegistrationError",
    "Rows",
    "RunAgain",
    "RunContext",
    "RunEnded",
    "RunMeter",
    "RunOn",
    "RunOverstayed",
    "RunRecord",
    "RunStarted",
    "SettingsEnum",
    "SettingsError",
    "ShownOption",
    "Sighting",
    "SlotsSkipped",
    "StartError",
    "StartedBy",
    "StopError",
    "SystemClock",
    "Transaction",
    "VirtualClock",
    "WhenLeaseUnavailable",
    "__version__",
    "current_run",
    "plain_json",
    "redact",
]
