"""What a host is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dishka import AsyncContainer

from loopjobs._host.leases import InjectedLeases
from loopjobs._host.service_line import ServiceLine
from loopjobs._host.settings_watch import SettingsWatch
from loopjobs._loop.job_handle import JobHandle
from loopjobs._loop.loop_context import LoopContext
from loopjobs._words.errors import Problem
from loopjobs._words.records import ShownOption


@dataclass(frozen=True, slots=True)
class HostParts:
    """What a builder makes and a host lives on."""

    container: AsyncContainer
    context: LoopContext
    services: ServiceLine
    jobs: Mapping[str, JobHandle]
    settings: Mapping[str, Sequence[ShownOption]]
    reload: Callable[[], Sequence[Problem]]
    watch: SettingsWatch
    leases: InjectedLeases | None
