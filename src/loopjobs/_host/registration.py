"""What was registered, as data."""

from dataclasses import dataclass
from functools import cached_property

from dishka.provider import BaseProvider

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._contracts.listener import Listener
from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._host.settings import SettingsSources
from loopjobs._run.run_context import RunContext
from loopjobs._run.run_meter import RunMeter
from loopjobs._words.clock import Clock
from loopjobs._words.options import LoopJobOptions, Options


@dataclass(frozen=True, slots=True)
class JobRegistration:
    """One call of `add_loop_job`."""

    job: type[LoopJob] | JobBody
    options_type: type[LoopJobOptions]
    name: str
    section: str


@dataclass(frozen=True, slots=True)
class ServiceRegistration:
    """One call of `add_hosted_service`."""

    service: HostedService | type[HostedService]

    @property
    def name(self) -> str:
        """How errors name it."""
        kind = self.service if isinstance(self.service, type) else type(self.service)
        return kind.__name__


@dataclass(frozen=True, slots=True)
class OptionsRegistration:
    """One call of `add_options`."""

    options_type: type[Options]
    section: str


@dataclass(frozen=True)
class Registrations:
    """Everything a builder collected."""

    clock: Clock
    sources: SettingsSources
    providers: tuple[BaseProvider, ...]
    listeners: tuple[Listener, ...]
    run_contexts: tuple[RunContext, ...]
    run_meters: tuple[RunMeter, ...]
    options: tuple[OptionsRegistration, ...]
    services: tuple[JobRegistration | ServiceRegistration, ...]

    @cached_property
    def jobs(self) -> tuple[JobRegistration, ...]:
        """The jobs among the services."""
        return tuple(each for each in self.services if isinstance(each, JobRegistration))

    @cached_property
    def hosted(self) -> tuple[ServiceRegistration, ...]:
        """The services that are no jobs."""
        return tuple(each for each in self.services if isinstance(each, ServiceRegistration))
