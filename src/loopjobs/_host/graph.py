"""The part of the dependency graph that all jobs share, and what is wrong with a dependency."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, TypeVar

from dishka import DEFAULT_COMPONENT, AsyncContainer, Provider, Scope, make_async_container
from dishka.dependency_source import Factory
from dishka.entities.key import DependencyKey
from dishka.exception_base import DishkaError
from dishka.exceptions import CycleDependenciesError, NoFactoryError
from dishka.provider import BaseProvider
from dishka.registry import Registry

from loopjobs._words.errors import Problem

_LIVES: Final = (Scope.APP, Scope.REQUEST)


class Graph:
    """What providers give; made when somebody asks, for that is most of what building a host costs.

    Args:
        providers: What the graph is made of.
        unclear: What nobody gives because it could mean several things, with the reason.
    """

    def __init__(
        self, providers: Sequence[BaseProvider], unclear: Mapping[object, str] | None = None
    ) -> None:
        self.providers = tuple(providers)
        self._unclear = unclear or {}

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong among the providers, all of it."""
        return self._made[1]

    def plus(self, *providers: BaseProvider) -> "Graph":
        """Return the graph with more providers."""
        return Graph((*self.providers, *providers), self._unclear) if providers else self

    def container(self) -> AsyncContainer:
        """Return the container of a graph without problems.

        Raises:
            DishkaError: it has some.
        """
        return self._container or make_async_container(*self.providers)

    def gives(self, key: DependencyKey) -> bool:
        """Whether some provider gives it, for whatever life time."""
        component = key.component or DEFAULT_COMPONENT
        providers = [each for each in self.providers if each.component == component]
        factories = [factory for each in providers for factory in each.factories]
        if any(each.provides.type_hint == key.type_hint for each in factories if _is_plain(each)):
            return True
        may_be_otherwise = any(_may_give(each, key.type_hint) for each in providers)
        if all(map(_is_plain, factories)) and not may_be_otherwise:
            return key.type_hint is AsyncContainer
        return self._gives_for_life(key) or self._gives_for_run(key)

    def check(self, where: str, key: DependencyKey, *, for_life: bool) -> Problem | None:
        """Say why somebody cannot have it, if so: for life, or for one run."""
        if self._gives_for_life(key) or (not for_life and self._gives_for_run(key)):
            return None
        if not self._gives_for_run(key):
            return self.missing(where, key)
        remedy = "Take it in execute, as a parameter marked FromDishka[...], or widen its scope."
        return _captive(where, key, remedy)

    def missing(self, where: str, key: DependencyKey, through: str = "") -> Problem:
        """Say that nobody gives it."""
        wanted, there = name_of(key.type_hint), ""
        remedy = f"Add a provider of {wanted} with add_provider(...)."
        if key.type_hint in self._unclear:
            what = f"needs {wanted}{through}, but {self._unclear[key.type_hint]}"
            return Problem(where, what, "Pass on what is needed, or derive a class for each.")
        if key.component:
            there = f" of component {key.component!r}"
            remedy = f"Add one with add_provider(Provider(component={key.component!r}, ...))."
        return Problem(where, f"needs {wanted}{there}, which no provider gives{through}", remedy)

    @property
    def _container(self) -> AsyncContainer | None:
        return self._made[0]

    @cached_property
    def _made(self) -> tuple[AsyncContainer | None, Sequence[Problem]]:
        # Each round finds one mistake and puts a dummy in its place, so that the next comes up.
        dummies: list[Provider] = []
        mended: set[DependencyKey] = set()
        problems: list[Problem] = []
        while True:
            try:
                return make_async_container(*self.providers, *dummies), problems
            except DishkaError as error:
                culprit, problem = self._explain(error)
                problems.append(problem)
                if culprit is None or culprit in mended:
                    return None, problems
                mended.add(culprit)
                dummies.append(_dummy_of(culprit))

    def _explain(self, error: DishkaError) -> tuple[DependencyKey | None, Problem]:
        if isinstance(error, CycleDependenciesError):
            names = [name_of(step.provides.type_hint) for step in error.path]
            what = f"needs itself: {' -> '.join([*names, names[0]])}"
            remedy = "Break the circle, with a factory that is called later, say."
            return error.path[0].provides, Problem(names[0], what, remedy)
        if isinstance(error, NoFactoryError):
            asking = list(dict.fromkeys(name_of(step.provides.type_hint) for step in error.path))
            if error.suggest_other_scopes:
                remedy = f"Narrow the scope of {asking[-1]}, or widen the other."
                return error.requested, _captive(asking[-1], error.requested, remedy)
            chain = " -> ".join([*asking, name_of(error.requested.type_hint)])
            through = f" ({chain})" if len(asking) > 1 else ""
            return error.requested, self.missing(asking[0], error.requested, through)
        what = f"the dependency graph is not sound: {error}"
        return None, Problem("providers", what, "Mend the providers.")

    def _gives_for_life(self, key: DependencyKey) -> bool:
        container = self._container
        if container is None or key.is_const():
            return True
        outer = container.parent_container
        return _has(container.registry, key) or (outer is not None and _has(outer.registry, key))

    def _gives_for_run(self, key: DependencyKey) -> bool:
        registry = self._container.registry if self._container else None
        while registry is not None and registry.scope is not Scope.REQUEST:
            registry = registry.child_registry
            if registry is not None and _has(registry, key):
                return True
        return False


def _captive(where: str, key: DependencyKey, remedy: str) -> Problem:
    what = f"needs {name_of(key.type_hint)} for life, but a provider gives it for one run only"
    return Problem(where, what, remedy)


def name_of(hint: object) -> str:
    """Name a type as its reader knows it."""
    return hint.__qualname__ if isinstance(hint, type) else str(hint)


def _is_plain(factory: Factory) -> bool:
    """Whether it gives just one type, for life or for a run."""
    hint = factory.provides.type_hint
    is_open = isinstance(hint, TypeVar) or bool(getattr(hint, "__parameters__", ()))
    return factory.scope in _LIVES and not is_open


def _may_give(provider: BaseProvider, hint: object) -> bool:
    """Whether it may give a type otherwise than by a factory."""
    names = [alias.provides for alias in provider.aliases]
    names += [variable.provides for variable in provider.context_vars]
    return bool(provider.factory_union_mode) or any(name.type_hint == hint for name in names)


def _has(registry: Registry, key: DependencyKey) -> bool:
    component = DEFAULT_COMPONENT if key.component is None else key.component
    return registry.get_factory(key.with_component(component)) is not None


def _dummy_of(key: DependencyKey) -> Provider:
    provider = Provider(scope=Scope.APP, component=key.component)
    provider.provide(lambda: None, provides=key.type_hint)
    return provider
