"""From registrations to one dependency graph, and to what each job gets out of it.

A job is no part of the graph: one class, and one options class, can serve several jobs, and to
each the options class means its own options.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dishka import DEFAULT_COMPONENT, AsyncContainer, Provider, Scope
from dishka.entities.key import DependencyKey

from loopjobs._host.graph import Graph
from loopjobs._host.registration import JobRegistration
from loopjobs._host.signature import Asked, Wanted, read_constructor, read_signature, reading_of
from loopjobs._run.body import Recipe
from loopjobs._run.injection import Constant, Dependency, OwnMonitor, OwnOptions, Source
from loopjobs._run.options_monitor import OptionsMonitor
from loopjobs._words.errors import Problem
from loopjobs._words.options import LoopJobOptions, Options


@dataclass(frozen=True, slots=True)
class OptionsSource:
    """One bound options object as the container gives it to everybody."""

    kind: type[Options]
    monitor: OptionsMonitor[Options] | OptionsMonitor[LoopJobOptions] | None
    """`None` while the section has problems; the graph can be checked all the same."""

    def provide_in(self, provider: Provider) -> None:
        """Give the options and their monitor.

        Not cached: what is injected anew for a run is to see the options of that run.
        """
        monitor = self.monitor
        provider.provide(
            lambda: monitor.current if monitor else None, provides=self.kind, cache=False
        )
        provider.provide(lambda: monitor, provides=monitor_of(self.kind))


def monitor_of(kind: type[Options]) -> object:
    """Return the type by which the monitor of these options is asked for."""
    return OptionsMonitor[kind]  # type: ignore[valid-type] # the class is a value here


class JobWiring:
    """What jobs get that ask for the same, with options of the same class.

    Args:
        asked: What they ask for.
        options_type: The class of their options.
    """

    def __init__(self, asked: Asked, options_type: type[LoopJobOptions]) -> None:
        self._asked = asked
        bases = [each for each in options_type.__mro__[1:] if issubclass(each, LoopJobOptions)]
        self._own: dict[object, Source] = {}
        for kind in (options_type, *bases):
            self._own |= {kind: OwnOptions(), monitor_of(kind): OwnMonitor()}

    def problems(self, name: str, graph: Graph) -> list[Problem]:
        """Say which dependencies the job of that name cannot have."""
        for_life = [each.key for each in self._constructor(graph) if not self._is_own(each.key)]
        for_run = [key for key in self._asked.run.values() if not self._is_own(key)]
        checks = [graph.check(name, key, for_life=True) for key in for_life]
        checks += [graph.check(name, key, for_life=False) for key in for_run]
        return [problem for problem in checks if problem is not None]

    def recipe(self, graph: Graph, container: AsyncContainer) -> Recipe:
        """Return how these jobs are built and called."""
        given = [(each.name, self._source(each.key)) for each in self._constructor(graph)]
        return Recipe(
            container,
            is_async=self._asked.is_async,
            positional=[source for name, source in given if name is None],
            keyword={name: source for name, source in given if name is not None},
            injected={name: self._source(key) for name, key in self._asked.run.items()},
        )

    def _constructor(self, graph: Graph) -> list[Wanted]:
        """Return what the constructor is to get; a default stands where nobody gives anything."""
        return [
            wanted
            for wanted in self._asked.constructor
            if not wanted.has_default or self._is_own(wanted.key) or graph.gives(wanted.key)
        ]

    def _is_own(self, key: DependencyKey) -> bool:
        return not key.component and key.type_hint in self._own

    def _source(self, key: DependencyKey) -> Source:
        if self._is_own(key):
            return self._own[key.type_hint]
        if key.is_const():
            return Constant(key.get_const_value())
        return Dependency(key.type_hint, key.component or DEFAULT_COMPONENT)


def wire(jobs: Iterable[JobRegistration], problems: list[Problem]) -> list[JobWiring]:
    """Read what jobs ask for, one after the other; those that ask for the same share it."""
    readings: dict[int, Asked] = {}
    known: dict[tuple[int, type[LoopJobOptions]], JobWiring] = {}
    wirings = []
    for job in jobs:
        reading = reading_of(job.job)
        asked = readings.get(reading) or read_signature(job.name, job.job)
        if asked.problems:
            # They name the job, so the next one that is like it is to have its own.
            problems.extend(asked.problems)
            wirings.append(JobWiring(asked, job.options_type))
            continue
        readings[reading] = asked
        key = (reading, job.options_type)
        wiring = known.get(key)
        if wiring is None:
            wiring = known[key] = JobWiring(asked, job.options_type)
        wirings.append(wiring)
    return wirings


def find_missing(
    graph: Graph, jobs: Iterable[JobRegistration], wirings: Sequence[JobWiring]
) -> list[Problem]:
    """Find what is wrong among the providers, and what jobs ask for that nobody gives."""
    problems = [*graph.problems]
    lacking = {each for each in dict.fromkeys(wirings) if each.problems("", graph)}
    for job, wiring in zip(jobs, wirings, strict=True):
        if wiring in lacking:
            problems += wiring.problems(job.name, graph)
    return problems


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
