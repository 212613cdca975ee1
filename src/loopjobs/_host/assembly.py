"""Puts a host together from what was registered, or says everything that is wrong with it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from dishka import AsyncContainer, Provider, Scope
from dishka.provider import BaseProvider

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._contracts.listener import Listener
from loopjobs._host.bindings import Bindings, read_bindings
from loopjobs._host.host import Host, HostParts
from loopjobs._host.registration import JobRegistration, OptionsRegistration, ServiceRegistration
from loopjobs._host.service_line import ServiceLine, ServiceSource
from loopjobs._host.settings import SettingsSources
from loopjobs._host.signature import read_signature
from loopjobs._host.wiring import JobComponent, OptionsSource, build_container
from loopjobs._loop.job_handle import JobHandle
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.service import LoopHostedService
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.announcer import Announcer
from loopjobs._run.log_lines import LogLines
from loopjobs._run.options_monitor import JobOptionsMonitor, OptionsMonitor
from loopjobs._words.clock import Clock
from loopjobs._words.errors import (
    BuildError,
    Problem,
    RegistrationError,
    SettingsAndRegistrationError,
    SettingsError,
)
from loopjobs._words.options import HostOptions, LoopJobOptions

AnyLoop: TypeAlias = LoopHostedService[object, LoopJobOptions]


@dataclass(frozen=True, slots=True)
class Registrations:
    """Everything a builder collected."""

    clock: Clock
    sources: SettingsSources
    providers: tuple[BaseProvider, ...]
    listeners: tuple[Listener, ...]
    options: tuple[OptionsRegistration, ...]
    services: tuple[JobRegistration | ServiceRegistration, ...]

    @property
    def jobs(self) -> tuple[JobRegistration, ...]:
        """The jobs among the services."""
        return tuple(each for each in self.services if isinstance(each, JobRegistration))


def assemble(registrations: Registrations) -> Host:
    """Build the host.

    Raises:
        SettingsError: settings are missing or break a rule.
        RegistrationError: names, signatures or dependencies do not fit together.
    """
    bindings = read_bindings(registrations.sources, registrations.jobs, registrations.options)
    monitors = _Monitors(registrations, bindings)
    problems = _duplicates(registrations.jobs)
    components = _components(registrations.jobs, monitors, problems)
    container = _container(registrations, monitors, components.values(), problems)
    if container is None or problems or bindings.problems:
        raise _error(bindings.problems, problems)
    return _Assembly(registrations, bindings, monitors, components, container).host()


class _Monitors:
    """One monitor for each options object, shared by container and loops."""

    def __init__(self, registrations: Registrations, bindings: Bindings) -> None:
        self.jobs = {
            name: JobOptionsMonitor(name, options) for name, options in bindings.jobs.items()
        }
        self.plain = {
            registration: OptionsMonitor(options)
            for registration, options in bindings.plain.items()
        }
        self._registrations = registrations

    def of_job(self, job: JobRegistration) -> OptionsSource:
        return OptionsSource(job.options_type, self.jobs.get(job.name))

    def shared(self) -> list[OptionsSource]:
        """Options that everybody may ask for: those whose class means one object only."""
        sources = [self.of_job(job) for job in self._registrations.jobs]
        sources += [
            OptionsSource(registration.options_type, self.plain.get(registration))
            for registration in self._registrations.options
        ]
        uses = Counter(source.kind for source in sources)
        return [source for source in sources if uses[source.kind] == 1]

    def use(self, bindings: Bindings, loops: Iterable[AnyLoop]) -> None:
        """Put newly bound options in force."""
        for registration, options in bindings.plain.items():
            self.plain[registration].use(options)
        for loop in loops:
            loop.use_options(bindings.jobs[loop.name])


def _duplicates(jobs: Sequence[JobRegistration]) -> list[Problem]:
    counts = Counter(job.name for job in jobs)
    return [
        Problem(
            name,
            f"{count} jobs have this name",
            "Give each its own, with add_loop_job(..., name=...)",
        )
        for name, count in counts.items()
        if count > 1
    ]


def _components(
    jobs: Sequence[JobRegistration], monitors: _Monitors, problems: list[Problem]
) -> dict[str, JobComponent]:
    components = {}
    for job in jobs:
        asked = read_signature(job.name, job.job)
        problems.extend(asked.problems)
        if not asked.problems:
            components[job.name] = JobComponent(job.name, job.job, asked, monitors.of_job(job))
    return components


def _container(
    registrations: Registrations,
    monitors: _Monitors,
    components: Iterable[JobComponent],
    problems: list[Problem],
) -> AsyncContainer | None:
    own = Provider(scope=Scope.APP)
    own.provide(lambda: registrations.clock, provides=Clock)
    for source in monitors.shared():
        source.provide_in(own)
    for each in registrations.services:
        if isinstance(each, ServiceRegistration) and isinstance(each.service, type):
            own.provide(each.service)
    built = build_container((*registrations.providers, own), components)
    if isinstance(built, list):
        problems.extend(built)
        return None
    return built


def _error(settings: Sequence[Problem], registrations: Sequence[Problem]) -> BuildError:
    if settings and registrations:
        return SettingsAndRegistrationError([*settings, *registrations])
    return SettingsError(settings) if settings else RegistrationError(registrations)


@dataclass(frozen=True, slots=True)
class _Assembly:
    """The parts, once nothing is wrong with them."""

    registrations: Registrations
    bindings: Bindings
    monitors: _Monitors
    components: dict[str, JobComponent]
    container: AsyncContainer

    def host(self) -> Host:
        context = self._context(self.bindings.host)
        loops = {name: self._loop(name, context) for name in self.components}
        sources = [self._source(each, loops) for each in self.registrations.services]
        handles = {name: JobHandle(loop) for name, loop in loops.items()}
        return Host(
            HostParts(
                container=self.container,
                context=context,
                services=ServiceLine(sources, context),
                jobs=MappingProxyType(handles),
                reload=self._reload(tuple(loops.values())),
            )
        )

    def _context(self, options: HostOptions) -> LoopContext:
        clock = self.registrations.clock
        return LoopContext(
            clock=clock,
            timer=Timer(clock, options.timer_slack_in_milliseconds / 1000),
            announcer=Announcer((LogLines(), *self.registrations.listeners)),
            shutdown_timeout=options.shutdown_timeout_in_seconds,
        )

    def _loop(self, name: str, context: LoopContext) -> AnyLoop:
        body = self.components[name].body()
        body.attach(self.container)
        return LoopHostedService(name, body, self.monitors.jobs[name], context)

    def _source(
        self, each: JobRegistration | ServiceRegistration, loops: dict[str, AnyLoop]
    ) -> ServiceSource:
        async def get() -> HostedService:
            if isinstance(each, JobRegistration):
                return loops[each.name]
            if isinstance(each.service, type):
                return await self.container.get(each.service)
            return each.service

        return ServiceSource(each.name, get)

    def _reload(self, loops: Sequence[AnyLoop]) -> Callable[[], Sequence[Problem]]:
        def reload() -> Sequence[Problem]:
            registrations = self.registrations
            fresh = read_bindings(registrations.sources, registrations.jobs, registrations.options)
            if not fresh.problems:
                self.monitors.use(fresh, loops)
            return fresh.problems

        return reload
