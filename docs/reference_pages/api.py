"""The page of all public names: as they are written, with the first words of their docstrings."""

import ast
import enum
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Final

import loopjobs
from loopjobs import LoopJobsError, Options
from reference_pages.writing import one_line

PACKAGES: Final = (
    "loopjobs",
    "loopjobs.testing",
    "loopjobs.health",
    "loopjobs.history",
    "loopjobs.leases",
    "loopjobs.logs",
    "loopjobs.telemetry",
    "loopjobs.web",
    "loopjobs.migration",
    "loopjobs.side_by_side",
    "loopjobs.places",
    "loopjobs.wording",
)
_SOURCE: Final = Path(loopjobs.__file__).parent
_SENTENCE: Final = re.compile(r".*?[.:](?= [A-Z]|$)")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def api() -> Iterator[str]:
    """Write the page."""
    yield "# Names"
    yield ""
    yield (
        "Every public name, by the package that it is imported from. Docstrings say more: units, "
        "errors, what is promised; `help()` and editors show them. Names that begin with an "
        "underscore, and modules that do, may change at any time."
    )
    yield ""
    for name in PACKAGES:
        yield f"- [`{name}`](#{name.replace('.', '')}): {_first(import_module(name).__doc__)}"
    for name in PACKAGES:
        yield from _package(import_module(name))


def _package(package: ModuleType) -> Iterator[str]:
    yield from ["", f"## {package.__name__}", "", one_line(package.__doc__)]
    for name in sorted(package.__all__, key=str.casefold):
        if not name.startswith("_"):
            yield from ["", f"### {name}", ""]
            yield from _member(name, getattr(package, name))


def _member(name: str, value: object) -> Iterator[str]:
    if inspect.isfunction(value):
        yield from _function(_definition(value), name)
    elif isinstance(value, type):
        yield from _class(value)
    else:
        yield from _alias(name)


def _class(kind: type) -> Iterator[str]:
    definition = _definition(kind)
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - a class is defined by one
    if issubclass(kind, enum.Enum):
        yield _first(kind.__doc__)
        values = ", ".join(f"`{member.name}`" for member in kind)
        yield from ["", f"One of {values}."]
    elif issubclass(kind, LoopJobsError):
        yield _first(kind.__doc__)
        if kind.__name__ in loopjobs.__all__:
            yield from ["", "[When it is raised, and what to do](errors.md)."]
    elif issubclass(kind, Options):
        yield _first(kind.__doc__)
        yield from ["", "[Its keys, defaults and ranges](options.md)."]
    else:
        yield from _ordinary_class(kind, definition)


def _ordinary_class(kind: type, definition: ast.ClassDef) -> Iterator[str]:
    functions = [each for each in definition.body if isinstance(each, Function)]
    for each in functions:
        if each.name == "__init__":
            yield from [f"`{kind.__name__}({_arguments(each)})`", ""]
    yield _first(kind.__doc__)
    members = [*_fields(definition), *_methods(functions)]
    if members:
        yield from ["", *members]


def _fields(definition: ast.ClassDef) -> Iterator[str]:
    """Yield what is annotated in the body of a class, with the words below it."""
    for statement, below in pairwise([*definition.body, ast.Pass()]):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            if not name.startswith("_"):
                shown = f"{name}: {ast.unparse(statement.annotation)}{_default(statement.value)}"
                yield _listed(shown, _words_of(below))


def _methods(functions: list[Function]) -> Iterator[str]:
    setters = {each.name for each in functions if _is(each, "setter")}
    for each in functions:
        if (each.name.startswith("_") and each.name != "__call__") or _is(each, "setter"):
            continue
        words = _first(ast.get_docstring(each))
        if _is(each, "property"):
            shown = f"{each.name}: {_returns(each)}"
            yield _listed(shown, words + " Can be set." * (each.name in setters))
        else:
            yield _listed(
                f"{_awaited(each)}{each.name}({_arguments(each)}) -> {_returns(each)}", words
            )


def _function(definition: Function | ast.ClassDef, name: str) -> Iterator[str]:
    assert isinstance(definition, Function)  # noqa: S101 - a function is defined by one
    shown = f"{_awaited(definition)}{name}({_arguments(definition)}) -> {_returns(definition)}"
    yield from [f"`{shown}`", "", _first(ast.get_docstring(definition))]


def _alias(name: str) -> Iterator[str]:
    """Yield what a name stands for, as it is written where it is defined."""
    begin = re.compile(rf"^{name}: TypeAlias = ", re.MULTILINE)
    for path in sorted(_SOURCE.rglob("*.py")):
        if begin.search(text := path.read_text(encoding="utf-8")):
            for statement, below in pairwise([*ast.parse(text).body, ast.Pass()]):
                if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name:
                    assert statement.value is not None  # noqa: S101 - an alias stands for something
                    yield from [f"`{ast.unparse(statement.value)}`", "", _words_of(below)]


def _listed(shown: str, words: str) -> str:
    return f"- `{shown}`: {words}" if words else f"- `{shown}`"


def _definition(value: type | object) -> Function | ast.ClassDef:
    found = ast.parse(dedent(inspect.getsource(value))).body[0]  # type: ignore[arg-type]
    assert isinstance(found, Function | ast.ClassDef)  # noqa: S101 - it has a source of its own
    return found


def _arguments(function: Function) -> str:
    """Write the parameters, without the first one of a method."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
    shown = [_argument(each, default) for each, default in zip(positional, defaults, strict=True)]
    if given.posonlyargs:
        shown.insert(len(given.posonlyargs), "/")
    if positional and positional[0].arg in {"self", "cls"}:
        del shown[0]
    if given.vararg:
        shown.append(f"*{_argument(given.vararg, None)}")
    elif given.kwonlyargs:
        shown.append("*")
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    shown += [_argument(each, default) for each, default in named]
    if given.kwarg:
        shown.append(f"**{_argument(given.kwarg, None)}")
    return ", ".join(shown)


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{kind}{_default(default)}"


def _default(value: ast.expr | None) -> str:
    """Write a default; one that is made by a call is only told to be there."""
    if value is None:
        return ""
    return " = ..." if isinstance(value, ast.Call) else f" = {ast.unparse(value)}"


def _returns(function: Function) -> str:
    return ast.unparse(function.returns) if function.returns else "None"


def _awaited(function: Function) -> str:
    return "await " if isinstance(function, ast.AsyncFunctionDef) else ""


def _is(function: Function, decorator: str) -> bool:
    return any(ast.unparse(each).endswith(decorator) for each in function.decorator_list)


def _words_of(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(words))):
            return one_line(words)
        case _:
            return ""


def _first(docstring: str | None) -> str:
    """Return the first sentence."""
    paragraph = one_line((docstring or "").strip().partition("\n\n")[0])
    found = _SENTENCE.match(paragraph)
    return found[0] if found else paragraph
