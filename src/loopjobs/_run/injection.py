"""Where a job gets from what it asks for: from the container, or from what is its own."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from dishka import AsyncContainer

from loopjobs._run.options_monitor import JobOptionsMonitor
from loopjobs._words.options import LoopJobOptions

AnyMonitor: TypeAlias = JobOptionsMonitor[LoopJobOptions]


class Source(Protocol):
    """Gives what one parameter asks for."""

    async def get(self, container: AsyncContainer, monitor: AnyMonitor) -> object:
        """Return it, out of that container, or of the options of the job."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """What the container gives."""

    type_hint: type
    component: str

    async def get(self, container: AsyncContainer, monitor: AnyMonitor) -> object:  # noqa: ARG002 - a `Source`
        """Ask the container."""
        found: object = await container.get(self.type_hint, component=self.component)
        return found


@dataclass(frozen=True, slots=True)
class Constant:
    """What is known beforehand: the argument of a type that is written out."""

    value: object

    async def get(self, container: AsyncContainer, monitor: AnyMonitor) -> object:  # noqa: ARG002 - a `Source`
        """Return it."""
        return self.value


class OwnOptions:
    """The options of the job: within a run those of that run."""

    async def get(self, container: AsyncContainer, monitor: AnyMonitor) -> object:  # noqa: ARG002 - a `Source`
        """Read them."""
        return monitor.current


class OwnMonitor:
    """The monitor of these options."""

    async def get(self, container: AsyncContainer, monitor: AnyMonitor) -> object:  # noqa: ARG002 - a `Source`
        """Return it."""
        return monitor
