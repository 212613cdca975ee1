"""The page of all options."""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from itertools import chain, pairwise
from typing import Final, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from loopjobs import HostOptions, LoopJobOptions, Options
from loopjobs._words.options import (
    SHORTEST_INTERVAL_IN_SECONDS,
    SHORTEST_RELOAD_INTERVAL_IN_SECONDS,
    TEN_YEARS_IN_SECONDS,
)
from loopjobs.health import WatchdogOptions
from loopjobs.history import HistoryCleanupJobOptions, HistoryOptions
from loopjobs.leases import LeasesOptions
from loopjobs.logs import LoggingOptions
from loopjobs.telemetry import TelemetryOptions
from reference_pages.writing import one_line, sentence, table

# What validators check is not in the metadata of a field.
RANGES: Final[Mapping[type[Options], Mapping[str, str]]] = {
    LoopJobOptions: {
        "interval_in_seconds": f"{SHORTEST_INTERVAL_IN_SECONDS:g} to ten years",
        "jitter_in_seconds": "0 to less than the interval",
        "cron": "five or six fields",
        "time_zone": "of IANA",
    },
    HostOptions: {
        "settings_reload_interval_in_seconds": (
            f"0, or {SHORTEST_RELOAD_INTERVAL_IN_SECONDS:g} to 86,400"
        ),
    },
}

# What stands in for a default where there is none, and another key may be given instead.
INSTEAD: Final[Mapping[type[Options], Mapping[str, str]]] = {
    LoopJobOptions: {"interval_in_seconds": "this or `Cron`"},
}

# Sections of the parts that a program adds, with the page that tells how.
PARTS: Final[Mapping[type[Options], str]] = {
    LoggingOptions: "read-the-logs",
    WatchdogOptions: "watch-the-health",
    HistoryOptions: "keep-the-history",
    HistoryCleanupJobOptions: "keep-the-history",
    LeasesOptions: "run-once-in-the-cluster",
    TelemetryOptions: "measure-with-opentelemetry",
}

SOURCES: Final = """
## Where values come from

Later sources win:

1. `appsettings.json`
2. `appsettings.{environment}.json`, where the environment is `HostBuilder(environment=...)`, else
   the variable `LOOPJOBS_ENVIRONMENT`, else `Production`
3. environment variables: `Section__Key`, two underscores, in any case
4. `HostBuilder(settings=...)`: nested mappings, or flat keys such as `"Section:Key"`

`HostBuilder(settings_files=[...])` names other files; each must exist, its environment variant may.
Files may hold comments and trailing commas. Unknown keys are errors.""".splitlines()


def options() -> Iterator[str]:
    """Write the page."""
    yield "# Options"
    yield ""
    yield (
        "Keys are written in PascalCase in settings files and environment variables, and in "
        "snake_case in code.\nA section is named after its job unless `add_loop_job(..., "
        "section_name=...)` says otherwise."
    )
    yield from ["", "## Every loop job", ""]
    yield from _table_of(LoopJobOptions)
    yield ""
    yield (
        "Exactly one of `IntervalInSeconds` and `Cron` is in force; `Cron` needs the extra `cron`. "
        "`RunOn` `OneReplica`\nneeds a lease store."
    )
    yield from ["", "## The section `Host`", "", _note(HostOptions), ""]
    yield from _table_of(HostOptions)
    for part, how_to in PARTS.items():
        title = f"The section `{part.__name__.removesuffix('Options')}`"
        told = f"[How to](../how-to/{how_to}.md)."
        yield from ["", f"## {title}", "", f"{_note(part)} {told}".strip(), ""]
        yield from _table_of(part)
    yield from SOURCES


def _note(options: type[Options]) -> str:
    """Return what its docstring says beside its name."""
    return sentence(options).partition("`.")[2].strip()


def _table_of(options: type[Options]) -> Iterator[str]:
    rows = [_row(options, name, field) for name, field in _own_fields(options)]
    yield from table(("Key", "Type", "Default", "Range", "Meaning"), rows)


def _own_fields(options: type[Options]) -> Iterator[tuple[str, FieldInfo]]:
    """Iterate over the fields that a class declares, be it anew to give them a default."""
    for name, field in options.model_fields.items():
        if name in vars(options)["__annotations__"]:
            yield name, field


def _row(options: type[Options], name: str, field: FieldInfo) -> Sequence[str]:
    # One that is declared anew, to give it a default, keeps the rules of every loop job.
    is_of_every_job = issubclass(options, LoopJobOptions) and name in LoopJobOptions.model_fields
    owner = LoopJobOptions if is_of_every_job else options
    told = RANGES.get(owner, {}).get(name) or _range(owner.model_fields[name])
    default = INSTEAD.get(options, {}).get(name) or _default(field)
    kind = _type_name(field.annotation)
    return f"`{field.alias}`", kind, default, told, one_line(_words_of(options).get(name))


@cache
def _words_of(options: type[Options]) -> Mapping[str, str]:
    """Return what stands below each field in the body of its class."""
    body = ast.parse(inspect.getsource(options)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - a class is defined by one
    words = {}
    # One of them has a type for checkers, and another one for everybody else.
    blocks = [body.body, *(each.orelse for each in body.body if isinstance(each, ast.If))]
    for statement, below in chain.from_iterable(map(pairwise, blocks)):
        match statement, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(told))),
            ):
                words[name] = told
    return words


def _type_name(annotation: object) -> str:
    if get_origin(annotation) is Mapping:
        return "section"
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not type(None)]
    names = {float: "number", int: "integer", bool: "boolean"}
    return " or ".join(
        names.get(kind, "text") if isinstance(kind, type) else "text" for kind in kinds
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, str):
        return f"`{value}`"
    return f"`{value:g}`" if isinstance(value, int | float) else "none"


def _range(field: FieldInfo) -> str:
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    if kind is bool:
        return "`true`, `false`"
    said = [_rule(rule) for rule in field.metadata]
    return f"{said[0]} or more" if len(said) == 1 and kind in {int, float} else " to ".join(said)


def _rule(rule: object) -> str:
    match rule:
        case annotated_types.Ge(ge=bound) | annotated_types.Le(le=bound):
            return _number(bound)
        case annotated_types.Gt(gt=bound):
            return f"more than {_number(bound)}"
        case annotated_types.MinLen():
            return "not empty"
        case _:
            raise TypeError(f"no words for {rule!r}")


def _number(value: object) -> str:
    if value == TEN_YEARS_IN_SECONDS:
        return "ten years"
    return f"{value:,}"
