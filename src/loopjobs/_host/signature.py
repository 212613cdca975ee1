"""What a job asks for: read from its constructor and from `execute`, all mistakes at once."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import getattr_static
from typing import get_type_hints

from dishka.integrations.base import default_parse_dependency

from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._words.errors import Problem

_SEVERAL = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(slots=True)
class Asked:
    """The types a job asks for."""

    is_async: bool = True
    constructor: list[object] = field(default_factory=list)
    """Types of the constructor's parameters, as annotated."""
    run: dict[str, type] = field(default_factory=dict)
    """Types injected anew for each run, by parameter of `execute`."""
    problems: list[Problem] = field(default_factory=list)


def read_signature(name: str, job: type[LoopJob] | JobBody) -> Asked:
    """Read what the job asks for; what cannot be understood becomes a problem."""
    asked = Asked()
    if inspect.isclass(job):
        _read_class(name, job, asked)
    elif inspect.iscoroutinefunction(job):
        _read_body(name, job, asked, skip=0)
    else:
        asked.problems.append(
            Problem(
                name,
                f"{job!r} is neither a class with an execute method nor an async function",
                "Register a class, or declare the function with 'async def'",
            )
        )
    return asked


def _read_class(name: str, job: type, asked: Asked) -> None:
    execute = getattr_static(job, "execute", None)
    if not inspect.isfunction(execute):
        asked.problems.append(
            Problem(
                name,
                f"class {job.__name__} has no method named execute",
                "Add 'async def execute(self, ct: CancellationToken) -> None'",
            )
        )
        return
    asked.is_async = inspect.iscoroutinefunction(execute)
    _read_body(name, execute, asked, skip=1)
    for parameter, hint in _parameters(name, getattr_static(job, "__init__"), asked, skip=1):
        if parameter.kind not in _SEVERAL:
            asked.constructor.append(hint)


def _read_body(name: str, body: Callable[..., object], asked: Asked, *, skip: int) -> None:
    parameters = list(inspect.signature(body).parameters.values())[skip:]
    if not parameters or parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
        asked.problems.append(
            Problem(
                name,
                f"{body.__qualname__} takes no cancellation token",
                "Give it a first parameter 'ct: CancellationToken'",
            )
        )
        return
    for parameter, hint in _parameters(name, body, asked, skip=skip + 1):
        _read_injected(name, parameter, hint, asked)


def _read_injected(name: str, parameter: inspect.Parameter, hint: object, asked: Asked) -> None:
    key = default_parse_dependency(parameter, hint)
    if key is not None:
        asked.run[parameter.name] = key.type_hint
    elif parameter.default is inspect.Parameter.empty and parameter.kind not in _SEVERAL:
        asked.problems.append(
            Problem(
                name,
                f"parameter {parameter.name!r} of execute is not marked for injection",
                "Annotate it FromDishka[...], or give it a default",
            )
        )


def _parameters(
    name: str, function: Callable[..., object], asked: Asked, *, skip: int
) -> list[tuple[inspect.Parameter, object]]:
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    try:
        hints: Mapping[str, object] = get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        asked.problems.append(
            Problem(
                name,
                f"the annotations of {function.__qualname__} cannot be read: {error}",
                "Import the types it names at run time, not under TYPE_CHECKING",
            )
        )
        return []
    known = []
    for parameter in parameters:
        if parameter.name in hints:
            known.append((parameter, hints[parameter.name]))
        elif parameter.kind not in _SEVERAL:
            asked.problems.append(
                Problem(
                    name,
                    f"parameter {parameter.name!r} of {function.__qualname__} has no annotation",
                    "Annotate it with the type to inject",
                )
            )
    return known
