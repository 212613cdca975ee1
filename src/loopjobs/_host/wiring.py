"""From registrations to one dependency graph.

Each job has a dishka component of its own, so that one class, and one options class, can serve
several jobs: in its component the options class means this job's options.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from dishka import DEFAULT_COMPONENT, Provider, Scope
from dishka.entities.key import DependencyKey

from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._host.graph import Graph
from loopjobs._host.signature import Asked, Wanted, read_constructor
from loopjobs._run.body import Body, Dependency
from loopjobs._run.options_monitor import OptionsMonitor
from loopjobs._words.errors import Problem
from loopjobs._words.options import LoopJobOptions, Options


@dataclass(frozen=True, slots=True)
class OptionsSource:
    """One bound options object as the container gives it."""

    kind: type[Options]
    monitor: OptionsMonitor[Options] | OptionsMonitor[LoopJobOptions] | None
    """`None` while the section has problems; the graph can be checked all the same."""

    @property
    def kinds(self) -> Sequence[type[Options]]:
        """The class, and the classes of loop job options it is derived from."""
        bases = self.kind.__mro__[1:]
        return [self.kind, *(each for each in bases if issubclass(each, LoopJobOptions))]

    def provide_in(self, provider: Provider, hints: Container[object]) -> None:
        """Give the options, and the monitor of them, by those of these types that fit.

        Not cached: what is injected anew for a run is to see the options of that run.
        """
        monitor = self.monitor
        for kind in self.kinds:
            if kind in hints:
                provider.provide(
                    lambda: monitor.current if monitor else None, provides=kind, cache=False
                )
            if monitor_of(kind) in hints:
                provider.provide(lambda: monitor, provides=monitor_of(kind))


def monitor_of(kind: type[Options]) -> object:
    """Return the type by which the monitor of these options is asked for."""
    return OptionsMonitor[kind]  # type: ignore[valid-type] # the class is a value here


@dataclass(frozen=True, slots=True)
class JobComponent:
    """One job's part of the graph."""

    name: str
    job: type[LoopJob] | JobBody
    asked: Asked
    options: OptionsSource

    @property
    def component(self) -> str:
        """The dishka component; a user's component may well be named like the job."""
        return f"loop job {self.name}"

    def problems(self, graph: Graph) -> list[Problem]:
        """Say which dependencies the job cannot have."""
        foreign = [
            wanted.key for wanted in self._constructor(graph) if not self._is_own(wanted.key)
        ]
        checks = [graph.check(self.name, key, for_life=True) for key in foreign]
        foreign = [key for key in self.asked.run.values() if not self._is_own(key)]
        checks += [graph.check(self.name, key, for_life=False) for key in foreign]
        return [problem for problem in checks if problem is not None]

    def provider(self, graph: Graph) -> Provider | None:
        """Return the provider of this component; `None` if there is nothing in it."""
        # Only what is asked for: dishka takes its time over each, and there may be many jobs.
        keys = [*(wanted.key for wanted in self.asked.constructor), *self.asked.run.values()]
        if not keys and not isinstance(self.job, type):
            return None
        provider = Provider(component=self.component, scope=Scope.APP)
        self.options.provide_in(provider, {key.type_hint for key in keys if self._is_own(key)})
        if isinstance(self.job, type):
            asked = self._constructor(graph)
            given = [Wanted(wanted.name, self._home(wanted.key)) for wanted in asked]
            provide_class(provider, self.job, given)
        return provider

    def body(self) -> Body:
        """Return the body, to be attached to the container."""
        homes = {parameter: self._home(key) for parameter, key in self.asked.run.items()}
        injected = {
            parameter: Dependency(home.type_hint, home.component or DEFAULT_COMPONENT)
            for parameter, home in homes.items()
        }
        job = Dependency(self.job, self.component) if isinstance(self.job, type) else self.job
        return Body(self.name, job, is_async=self.asked.is_async, injected=injected)

    def _constructor(self, graph: Graph) -> list[Wanted]:
        """Return what the constructor is to get; a default stands where nobody gives anything."""
        return [
            wanted
            for wanted in self.asked.constructor
            if not wanted.has_default or self._is_own(wanted.key) or graph.gives(wanted.key)
        ]

    def _is_own(self, key: DependencyKey) -> bool:
        own = [*self.options.kinds, *map(monitor_of, self.options.kinds)]
        return not key.component and key.type_hint in own

    def _home(self, key: DependencyKey) -> DependencyKey:
        if self._is_own(key):
            return DependencyKey(key.type_hint, self.component)
        return key.with_component(DEFAULT_COMPONENT)


def provide_class(provider: Provider, kind: type, given: Sequence[Wanted]) -> None:
    """Provide a class whose constructor gets these dependencies.

    Left to itself dishka would ask for every parameter, those with a default included, and all in
    the component of the class.
    """
    provider.provide(kind)
    factory = provider.factories[-1]
    factory.dependencies = [wanted.key for wanted in given if wanted.name is None]
    factory.kw_dependencies = {wanted.name: wanted.key for wanted in given if wanted.name}


def with_services(graph: Graph, services: Sequence[type], problems: list[Problem]) -> Graph:
    """Add the hosted services that are registered as classes, unless somebody provides them."""
    provider = Provider(scope=Scope.APP)
    for service in services:
        if graph.gives(DependencyKey(service, DEFAULT_COMPONENT)):
            continue
        asked, unread = read_constructor(service.__name__, service)
        problems += unread
        if not unread:
            given = [each for each in asked if not each.has_default or graph.gives(each.key)]
            provide_class(provider, service, given)
    return graph.plus(*([provider] if provider.factories else []))


def complete(graph: Graph, components: Sequence[JobComponent], problems: list[Problem]) -> Graph:
    """Return the graph of everything, and add what is missing from it to the problems.

    To read a graph is most of what building a host costs, so the whole is read first, and that is
    all while nothing is wrong.
    """
    if problems:
        problems += _missing(graph, components)
        return graph
    own = [job.provider(graph) for job in components]
    whole = graph.plus(*(each for each in own if each is not None and each.factories))
    # What a provider lacks is no job's mistake: without the jobs it is told as the provider's.
    problems += _missing(graph if whole.problems else whole, components) or whole.problems
    return whole


def _missing(graph: Graph, components: Sequence[JobComponent]) -> list[Problem]:
    return [*graph.problems, *(each for job in components for each in job.problems(graph))]
