"""What a job asks for, read from its constructor and from `execute`: all mistakes at once."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import CO_COROUTINE, CO_VARARGS, CO_VARKEYWORDS, Parameter, getattr_static
from types import FunctionType
from typing import get_type_hints

from dishka import Provider, Scope
from dishka.entities.key import DependencyKey
from dishka.exception_base import DishkaError
from dishka.integrations.base import default_parse_dependency
from dishka.provider.exceptions import MissingHintsError

from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._words.errors import Problem

_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_SEVERAL = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
_ADD_EXECUTE = "Add 'async def execute(self, ct: CancellationToken) -> None'."

Function = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one parameter of a constructor asks for."""

    name: str | None
    """How it is passed by keyword; `None` if it can only be passed by position."""
    key: DependencyKey
    has_default: bool = False


@dataclass(slots=True)
class Asked:
    """What a job asks for."""

    is_async: bool = True
    constructor: Sequence[Wanted] = ()
    run: dict[str, DependencyKey] = field(default_factory=dict)
    """What is injected anew for each run, by parameter of `execute`."""
    problems: list[Problem] = field(default_factory=list)


def reading_of(job: type[LoopJob] | JobBody) -> int:
    """Return a number that is equal for jobs of which one reading does for all.

    Functions that one `def` has made are such jobs, unless there is more to them than the token.
    It spares their annotations, too, which Python makes when somebody looks at them, and keeps.
    """
    if not isinstance(job, FunctionType):
        return id(job)
    code = job.__code__
    takes_one = code.co_argcount == 1 and not code.co_kwonlyargcount
    is_plain = code.co_flags & (CO_COROUTINE | CO_VARARGS | CO_VARKEYWORDS) == CO_COROUTINE
    is_disguised = hasattr(job, "__wrapped__") or hasattr(job, "__signature__")
    return id(code) if takes_one and is_plain and not is_disguised else id(job)


def read_signature(name: str, job: type[LoopJob] | JobBody) -> Asked:
    """Read what the job asks for; what cannot be understood becomes a problem."""
    asked = Asked()
    if inspect.isclass(job):
        _read_class(name, job, asked)
    elif inspect.isroutine(job) and inspect.iscoroutinefunction(job):
        _read_body(name, job, asked, skip=0)
    else:
        kind = "a plain function" if inspect.isroutine(job) else f"an object of {_of(job)}"
        what = f"{kind} is neither a class with an execute method nor an async function"
        remedy = "Register a class, or a function declared with 'async def'."
        asked.problems.append(Problem(name, what, remedy))
    return asked


def read_constructor(where: str, owner: type) -> tuple[Sequence[Wanted], list[Problem]]:
    """Read what the constructor of a class asks for, with dishka's eyes."""
    try:
        provider = Provider(scope=Scope.APP)
        provider.provide(owner)
    except MissingHintsError as error:
        what = "the constructor's parameter {} has no annotation"
        remedy = "Annotate it with the type to inject."
        return (), [Problem(where, what.format(repr(each)), remedy) for each in error.missing]
    except (DishkaError, NameError, TypeError) as error:
        what = f"the constructor of {owner.__name__} cannot be read: {_sentence(error)}"
        remedy = "Register a class that can be built."
        if isinstance(error, NameError):
            remedy = "Import the types it names at run time, not under TYPE_CHECKING."
        return (), [Problem(where, what, remedy)]
    factory = provider.factories[-1]
    parameters = inspect.signature(getattr_static(owner, "__init__")).parameters.values()
    positional = [each for each in parameters if each.kind in _POSITIONAL][1:]
    if len(positional) != len(factory.dependencies):
        # A Protocol among the bases hides the constructor that will really be called.
        return [Wanted(None, key) for key in factory.dependencies], []
    keys = [*factory.dependencies, *factory.kw_dependencies.values()]
    by_keyword = [each for each in parameters if each.kind is Parameter.KEYWORD_ONLY]
    return [_wanted(*pair) for pair in zip([*positional, *by_keyword], keys, strict=True)], []


def _wanted(parameter: Parameter, key: DependencyKey) -> Wanted:
    if parameter.kind is Parameter.POSITIONAL_ONLY:
        return Wanted(None, key)
    return Wanted(parameter.name, key, parameter.default is not Parameter.empty)


def _read_class(name: str, job: type, asked: Asked) -> None:
    execute = getattr_static(job, "execute", None)
    skip = 0 if isinstance(execute, staticmethod) else 1
    function = execute.__func__ if isinstance(execute, staticmethod | classmethod) else execute
    if lacking := getattr(job, "__abstractmethods__", None):
        what = f"class {job.__name__} is abstract: it lacks {', '.join(sorted(lacking))}"
        asked.problems.append(Problem(name, what, "Register a class derived from it."))
    elif not inspect.isfunction(function):
        found = "no method" if function is None else f"an object of {_of(function)}, no method,"
        what = f"class {job.__name__} has {found} named execute"
        asked.problems.append(Problem(name, what, _ADD_EXECUTE))
    elif inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        what = f"{function.__qualname__} yields, but a run returns None or RunAgain"
        asked.problems.append(Problem(name, what, "Write it without 'yield'."))
    else:
        asked.is_async = inspect.iscoroutinefunction(function)
        _read_body(name, function, asked, skip=skip)
        asked.constructor, problems = read_constructor(name, job)
        asked.problems += problems


def _read_body(name: str, body: Function, asked: Asked, *, skip: int) -> None:
    parameters = list(inspect.signature(body).parameters.values())
    positional = [each for each in parameters if each.kind in _POSITIONAL]
    token = positional[skip : skip + 1]
    hints, unread = _hints(body)
    if not _takes_token(token, parameters, hints):
        what = f"{body.__qualname__} takes no cancellation token"
        remedy = "Give it a first parameter 'ct: CancellationToken'."
        asked.problems.append(Problem(name, what, remedy))
        return
    known = positional[: skip + 1]
    others = [each for each in parameters if each not in known and each.kind not in _SEVERAL]
    if others and unread:
        what = f"the annotations of {body.__qualname__} cannot be read: {unread}"
        remedy = "Import the types it names at run time, not under TYPE_CHECKING."
        asked.problems.append(Problem(name, what, remedy))
        return
    for parameter in others:
        _read_injected(name, parameter, hints.get(parameter.name), asked)


def _takes_token(
    token: Sequence[Parameter], parameters: Sequence[Parameter], hints: Mapping[str, object]
) -> bool:
    if not token:
        return any(each.kind is Parameter.VAR_POSITIONAL for each in parameters)
    return default_parse_dependency(token[0], hints.get(token[0].name)) is None


def _read_injected(name: str, parameter: Parameter, hint: object, asked: Asked) -> None:
    key = default_parse_dependency(parameter, hint)
    if key is None and parameter.default is Parameter.empty:
        what = f"parameter {parameter.name!r} of execute is not marked for injection"
        remedy = "Annotate it FromDishka[...], or give it a default."
        asked.problems.append(Problem(name, what, remedy))
    elif key is not None and parameter.kind is Parameter.POSITIONAL_ONLY:
        what = f"parameter {parameter.name!r} of execute cannot be passed by name"
        remedy = "Let the '/' stand right behind the token."
        asked.problems.append(Problem(name, what, remedy))
    elif key is not None:
        asked.run[parameter.name] = key


def _hints(function: Function) -> tuple[Mapping[str, object], Exception | None]:
    # A job that injects nothing into execute may well import the token under TYPE_CHECKING.
    try:
        return get_type_hints(function, include_extras=True), None
    except Exception as error:  # noqa: BLE001 - annotations are code, and raise whatever they like
        return {}, error


def _of(value: object) -> str:
    return f"class {type(value).__name__}"


def _sentence(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(". ")
