"""Puts a host together from what was registered, or says everything that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from dishka import AsyncContainer, Provider, Scope

from loopjobs._host.bindings import Bindings, bind_sections
from loopjobs._host.checks import find_clashes, find_misuses
from loopjobs._host.graph import Graph
from loopjobs._host.host import Host
from loopjobs._host.host_parts import HostParts
from loopjobs._host.leases import InjectedLeases, gives_leases, leaseless_jobs, shortest_call
from loopjobs._host.monitors import Monitors
from loopjobs._host.registration import JobRegistration, Registrations, ServiceRegistration
from loopjobs._host.sections import Sections
from loopjobs._host.service_line import (
    AnyLoop,
    GivenService,
    InjectedService,
    ServiceLine,
    ServiceSource,
)
from loopjobs._host.set_aside import garbage_left
from loopjobs._host.settings_reload import SettingsReload
from loopjobs._host.settings_watch import SettingsWatch
from loopjobs._host.wiring import find_missing, wire, with_services
from loopjobs._loop.job_handle import JobHandle
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.service import LoopHostedService
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.announcer import Announcer
from loopjobs._run.body import Body, Recipe
from loopjobs._run.lease_client import LeaseClient
from loopjobs._run.run_meter import RunMeters
from loopjobs._words.clock import Clock
from loopjobs._words.errors import (
    BuildError,
    Problem,
    RegistrationError,
    SettingsAndRegistrationError,
    SettingsError,
)
from loopjobs._words.options import HostOptions


def assemble(registrations: Registrations) -> Host:
    """Build the host.

    Raises:
        SettingsError: settings are missing or break a rule.
        RegistrationError: names, signatures or dependencies do not fit together.
    """
    with garbage_left():
        return _assemble(registrations)


def _assemble(registrations: Registrations) -> Host:
    if misuses := find_misuses(registrations):
        raise RegistrationError(misuses)
    jobs = registrations.jobs
    bindings = bind_sections(registrations.sources.read(), jobs, registrations.options)
    monitors = Monitors(registrations, bindings)
    problems = find_clashes(registrations)
    wirings = wire(jobs, problems)
    hosts: list[Host] = []
    graph = _shared_graph(registrations, monitors, problems, hosts)
    problems += find_missing(graph, jobs, wirings)
    has_leases = gives_leases(graph)
    if not has_leases:
        problems += leaseless_jobs(jobs, bindings.jobs)
    if problems or bindings.problems:
        raise _error(bindings.problems, problems)
    container = graph.container()
    leases = InjectedLeases(container) if has_leases else None
    made = {wiring: wiring.recipe(graph, container) for wiring in dict.fromkeys(wirings)}
    recipes = [made[wiring] for wiring in wirings]
    host = _Assembly(registrations, bindings, monitors, recipes, container, leases).host()
    hosts.append(host)
    return host


def _shared_graph(
    registrations: Registrations,
    monitors: Monitors,
    problems: list[Problem],
    hosts: Sequence[Host],
) -> Graph:
    own = Provider(scope=Scope.APP)
    own.provide(lambda: registrations.clock, provides=Clock)
    # There is none yet; whoever asks for it is built when there is.
    own.provide(lambda: hosts[0], provides=Host)
    for source in monitors.shared():
        source.provide_in(own)
    graph = Graph((*registrations.providers, own), monitors.unclear())
    services = [each.service for each in registrations.hosted if isinstance(each.service, type)]
    return with_services(graph, services, problems)


def _error(settings: Sequence[Problem], registrations: Sequence[Problem]) -> BuildError:
    if settings and registrations:
        return SettingsAndRegistrationError([*settings, *registrations])
    return SettingsError(settings) if settings else RegistrationError(registrations)


@dataclass(frozen=True, slots=True)
class _Assembly:
    """The parts, once nothing is wrong with them."""

    registrations: Registrations
    bindings: Bindings
    monitors: Monitors
    recipes: Sequence[Recipe]
    """One for each job."""
    container: AsyncContainer
    leases: InjectedLeases | None

    def host(self) -> Host:
        context = self._context(self.bindings.host)
        loops = self._loops(context)
        reload = SettingsReload(
            self.registrations,
            self.monitors.plain,
            tuple(loops.values()),
            self.bindings,
            leases=context.leases,
        )
        handles = {
            job.name: JobHandle(loops[job.name], job.section, job.job)
            for job in self.registrations.jobs
        }
        sources = [self._source(each, loops) for each in self.registrations.services]
        return Host(
            HostParts(
                container=self.container,
                context=context,
                services=ServiceLine(sources, context),
                jobs=MappingProxyType(handles),
                settings=Sections(self.registrations, lambda: reload.in_force),
                reload=reload.reload,
                watch=self._watch(reload, context),
                leases=self.leases,
            )
        )

    def _watch(self, reload: SettingsReload, context: LoopContext) -> SettingsWatch:
        interval = self.bindings.host.settings_reload_interval_in_seconds
        return SettingsWatch(reload, interval, context.clock, context.timer)

    def _context(self, options: HostOptions) -> LoopContext:
        clock = self.registrations.clock
        timer = Timer(clock, options.timer_slack_in_milliseconds / 1000)
        meters = self.registrations.run_meters
        return LoopContext(
            clock=clock,
            timer=timer,
            announcer=Announcer(
                self.registrations.listeners, clock, RunMeters(meters) if meters else None
            ),
            run_contexts=self.registrations.run_contexts,
            shutdown_timeout=options.shutdown_timeout_in_seconds,
            leases=self._lease_client(clock, timer),
        )

    def _lease_client(self, clock: Clock, timer: Timer) -> LeaseClient | None:
        if self.leases is None:
            return None
        return LeaseClient(self.leases, clock, timer, shortest_call(self.bindings.jobs))

    def _loops(self, context: LoopContext) -> dict[str, AnyLoop]:
        loops: dict[str, AnyLoop] = {}
        for job, recipe in zip(self.registrations.jobs, self.recipes, strict=True):
            monitor = self.monitors.jobs[job.name]
            body = Body(job.job, recipe, monitor)
            loops[job.name] = LoopHostedService(job.name, body, monitor, context)
        return loops

    def _source(
        self, each: JobRegistration | ServiceRegistration, loops: dict[str, AnyLoop]
    ) -> ServiceSource:
        if isinstance(each, JobRegistration):
            return loops[each.name]
        if isinstance(each.service, LoopHostedService):
            return each.service
        if isinstance(each.service, type):
            return InjectedService(each.name, partial(self.container.get, each.service))
        return GivenService(each.name, each.service)
