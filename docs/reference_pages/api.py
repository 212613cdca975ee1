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
from reference_pages.signatures import Function, arguments_of, default_of, returned_by
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
        if values := ", ".join(f"`{member.name}`" for member in kind):
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
            yield from [f"`{kind.__name__}({arguments_of(each)})`", ""]
    yield _first(kind.__doc__)
    members = [*_fields(definition), *_attributes(functions), *_methods(functions)]
    if members:
        yield from ["", *members]


def _fields(definition: ast.ClassDef) -> Iterator[str]:
    """Yield what has a type in the body of a class, with the words below it."""
    for statement, below in pairwise([*definition.body, ast.Pass()]):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=default):
                pass
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Subscript(slice=kind), args=[default]),
            ):
                # A descriptor of that type, with its default.
                pass
            case _:
                continue
        if not name.startswith("_"):
            shown = f"{name}: {ast.unparse(kind)}{default_of(default)}"
            yield _listed(shown, _words_of(below))


def _attributes(functions: list[Function]) -> Iterator[str]:
    """Yield what the constructor sets and explains."""
    body = [statement for each in functions if each.name == "__init__" for statement in each.body]
    for statement, below in pairwise([*body, ast.Pass()]):
        match statement:
            case ast.Assign(targets=[ast.Attribute(attr=name)]):
                shown = name
            case ast.AnnAssign(target=ast.Attribute(attr=name), annotation=annotation):
                shown = f"{name}: {ast.unparse(annotation)}"
            case _:
                continue
        if not name.startswith("_") and (words := _words_of(below)):
            yield _listed(shown, words)


def _methods(functions: list[Function]) -> Iterator[str]:
    setters = {each.name for each in functions if _is(each, "setter")}
    for each in functions:
        if each.name == "__aenter__":
            yield _listed("async with", _first(ast.get_docstring(each)))
        if (each.name.startswith("_") and each.name != "__call__") or _is(each, "setter"):
            continue
        words = _first(ast.get_docstring(each))
        if _is(each, "property"):
            shown = f"{each.name}: {returned_by(each)}"
            yield _listed(shown, words + " Can be set." * (each.name in setters))
        else:
            yield _listed(
                f"{_awaited(each)}{each.name}({arguments_of(each)}) -> {returned_by(each)}", words
            )


def _function(definition: Function | ast.ClassDef, name: str) -> Iterator[str]:
    assert isinstance(definition, Function)  # noqa: S101 - a function is defined by one
    shown = f"{_awaited(definition)}{name}({arguments_of(definition)}) -> {returned_by(definition)}"
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
