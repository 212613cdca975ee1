"""From registrations to one dependency graph.

Each job has a dishka component of its own, so that one class, and one options class, can serve
several jobs: in its component the options class means this job's options.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dishka import DEFAULT_COMPONENT, AsyncContainer, Provider, Scope, make_async_container
from dishka.exception_base import DishkaError
from dishka.exceptions import NoFactoryError
from dishka.provider import BaseProvider

from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._host.signature import Asked
from loopjobs._run.body import Body, Dependency
from loopjobs._run.options_monitor import OptionsMonitor
from loopjobs._words.errors import Problem
from loopjobs._words.options import LoopJobOptions, Options

# What dependency injection is asked for is data here: any annotation a user writes.
TypeHint = type


@dataclass(frozen=True, slots=True)
class OptionsSource:
    """One bound options object as the container gives it."""

    kind: type[Options]
    monitor: OptionsMonitor[Options] | OptionsMonitor[LoopJobOptions] | None
    """`None` while the section has problems; the graph can be checked all the same."""

    def provide_in(self, provider: Provider) -> None:
        """Give the options, and the monitor of them, by their types."""
        monitor = self.monitor
        provider.provide(lambda: monitor.current if monitor else None, provides=self.kind)
        provider.provide(lambda: monitor, provides=OptionsMonitor[self.kind])  # type: ignore[name-defined] # the class is a value here

    @property
    def hints(self) -> tuple[object, ...]:
        """The types it is asked for by."""
        return self.kind, OptionsMonitor[self.kind]  # type: ignore[name-defined] # as above


@dataclass(frozen=True, slots=True)
class JobComponent:
    """One job's part of the graph."""

    name: str
    job: type[LoopJob] | JobBody
    asked: Asked
    options: OptionsSource

    @property
    def foreign(self) -> tuple[TypeHint, ...]:
        """The types this job takes from everybody's part of the graph."""
        wanted = [*self.asked.constructor, *self.asked.run.values()]
        return tuple(
            dict.fromkeys(hint for hint in wanted if hint not in self.options.hints)  # type: ignore[misc] # hints are types to dishka
        )

    def provider(self) -> Provider:
        """Return the provider of this component."""
        provider = Provider(component=self.name, scope=Scope.APP)
        self.options.provide_in(provider)
        for hint in self.foreign:
            provider.alias(hint, component=DEFAULT_COMPONENT)
        if isinstance(self.job, type):
            provider.provide(self.job)
        return provider

    def body(self) -> Body:
        """Return the body, to be attached to the container."""
        injected = {
            parameter: Dependency(hint, self.name) for parameter, hint in self.asked.run.items()
        }
        job = Dependency(self.job, self.name) if isinstance(self.job, type) else self.job
        return Body(self.name, job, is_async=self.asked.is_async, injected=injected)


def build_container(
    providers: Sequence[BaseProvider], components: Iterable[JobComponent]
) -> AsyncContainer | list[Problem]:
    """Build the graph of everything, or say all that is missing from it."""
    components = list(components)
    try:
        return make_async_container(*providers, *(component.provider() for component in components))
    except DishkaError as error:
        return _find_problems(providers, components) or [_problem("providers", error)]


def _find_problems(
    providers: Sequence[BaseProvider], components: Iterable[JobComponent]
) -> list[Problem]:
    shared = _check("providers", providers)
    if shared is not None:
        return [shared]
    problems = []
    for component in components:
        for hint in component.foreign:
            probe = Provider(component=component.name)
            probe.alias(hint, component=DEFAULT_COMPONENT)
            problems.append(_check(component.name, [*providers, probe]))
        if not any(problems):
            problems.append(_check(component.name, [*providers, component.provider()]))
    return [problem for problem in problems if problem is not None]


def _check(where: str, providers: Sequence[BaseProvider]) -> Problem | None:
    try:
        make_async_container(*providers)
    except DishkaError as error:
        return _problem(where, error)
    return None


def _problem(where: str, error: DishkaError) -> Problem:
    if not isinstance(error, NoFactoryError):
        return Problem(where, f"the dependency graph is not sound: {error}", "Mend the providers")
    wanted = _name(error.requested.type_hint)
    if error.suggest_other_scopes:
        return Problem(
            where,
            f"needs {wanted} for its whole life, but a provider gives it for one run only",
            "Take it as a parameter of execute, annotated FromDishka[...], or widen its scope",
        )
    asking = [_name(step.provides.type_hint) for step in error.path]
    chain = " -> ".join(dict.fromkeys([*asking, wanted]))
    through = f" ({chain})" if len(set(asking) - {wanted}) else ""
    return Problem(
        where,
        f"needs {wanted}, which no provider gives{through}",
        f"Add a provider of {wanted} with add_provider(...)",
    )


def _name(hint: object) -> str:
    return hint.__qualname__ if isinstance(hint, type) else str(hint)
