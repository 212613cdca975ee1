"""Whom the benchmark measures."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["bare", "hand", "ours", "variant", "peer", "floor"]


@dataclass(frozen=True)
class ListedSystem:
    """A system as the tables name it, and where it is found."""

    name: str
    title: str
    kind: Kind
    """`bare` is what others are compared with, `hand` another loop written by hand, `variant` ours
    with something added, `floor` what the core stands on: just imported."""
    adapter: str
    modules: str
    """What a program imports to use it, with commas between."""
    environment: str = "project"
    against: str = "bare"
    """The system that its ratios refer to."""
    is_on_uvloop: bool = False
    whole_seconds: bool = False
    """Whether a second is its shortest interval."""
    can_spread: bool = True
    """Whether it can be told when the first tick is due."""


SYSTEMS: Final = (
    ListedSystem("bare", "bare loop: a task that sleeps", "bare", "by_hand:Sleeping", "asyncio"),
    ListedSystem(
        "call-at", "bare: `call_at` and a task a tick", "hand", "by_hand:CallingAt", "asyncio"
    ),
    ListedSystem("loopjobs", "**loopjobs**", "ours", "loop_jobs:Plain", "loopjobs"),
    ListedSystem(
        "bare-waits",
        "bare loop, its body waits once",
        "variant",
        "by_hand:SleepingAroundWaits",
        "asyncio",
    ),
    ListedSystem(
        "loopjobs-waits",
        "with such a body, against a bare loop with one",
        "variant",
        "loop_jobs:Waiting",
        "loopjobs",
        against="bare-waits",
    ),
    ListedSystem("listener", "with a listener", "variant", "loop_jobs:Heard", "loopjobs"),
    ListedSystem(
        "watched",
        "with history and health",
        "variant",
        "loop_jobs:Watched",
        "loopjobs,loopjobs.history,loopjobs.health",
    ),
    ListedSystem(
        "stored",
        "with history in SQLite and health",
        "variant",
        "loop_jobs:Stored",
        "loopjobs,loopjobs.history,loopjobs.health",
    ),
    ListedSystem(
        "metrics",
        "with metrics",
        "variant",
        "loop_jobs:Measured",
        "loopjobs,loopjobs.telemetry",
    ),
    ListedSystem(
        "bare-uvloop",
        "bare loop on uvloop",
        "variant",
        "by_hand:Sleeping",
        "asyncio,uvloop",
        "uvloop",
        is_on_uvloop=True,
    ),
    ListedSystem(
        "loopjobs-uvloop",
        "on uvloop, against a bare loop on uvloop",
        "variant",
        "loop_jobs:Plain",
        "loopjobs,uvloop",
        "uvloop",
        against="bare-uvloop",
        is_on_uvloop=True,
    ),
    ListedSystem(
        "apscheduler-3",
        "APScheduler 3",
        "peer",
        "apscheduler_3:Scheduler",
        "apscheduler.schedulers.asyncio",
        "apscheduler-3",
    ),
    ListedSystem(
        "apscheduler-4",
        "APScheduler 4",
        "peer",
        "apscheduler_4:Scheduler",
        "apscheduler",
        "apscheduler-4",
    ),
    ListedSystem(
        "discord", "discord.py tasks", "peer", "discord_tasks:Loops", "discord.ext.tasks", "discord"
    ),
    ListedSystem("aiomisc", "aiomisc", "peer", "aiomisc_periodic:Callbacks", "aiomisc", "aiomisc"),
    ListedSystem(
        "fastapi-utils",
        "fastapi-utils",
        "peer",
        "fastapi_utils_tasks:Repeated",
        "fastapi_utils.tasks",
        "fastapi-utils",
    ),
    ListedSystem(
        "tornado",
        "tornado PeriodicCallback",
        "peer",
        "tornado_periodic:Callbacks",
        "tornado.ioloop",
        "tornado",
    ),
    ListedSystem(
        "docket", "docket, in memory", "peer", "docket_perpetual:Perpetuals", "docket", "docket"
    ),
    ListedSystem(
        "taskiq",
        "taskiq, in memory",
        "peer",
        "taskiq_schedules:Schedules",
        "taskiq,taskiq.api,taskiq.schedule_sources",
        "taskiq",
        whole_seconds=True,
        can_spread=False,
    ),
    ListedSystem("dependencies", "what the core stands on", "floor", "", "asyncio,pydantic,dishka"),
)


def system_named(name: str) -> ListedSystem:
    """Return the system of that name."""
    return next(system for system in SYSTEMS if system.name == name)
