#!/usr/bin/env python3
"""Writes the pages of docs/reference that say what the code says: `make docs`."""

import ast
import asyncio
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Final, get_args

import annotated_types
import typer
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from pydantic.fields import FieldInfo
from typer.core import TyperArgument, TyperGroup, TyperOption

import admin_provisioning.metrics
import login.metrics
import loopjobs
from loopjobs import (
    CancellationToken,
    Host,
    HostBuilder,
    HostOptions,
    JobBody,
    JobHandle,
    JobState,
    LoopJobOptions,
    LoopJobsError,
    Options,
    Outcome,
    current_run,
)
from loopjobs._words.options import (
    SHORTEST_INTERVAL_IN_SECONDS,
    SHORTEST_RELOAD_INTERVAL_IN_SECONDS,
    TEN_YEARS_IN_SECONDS,
)
from loopjobs.cli._application import application
from loopjobs.cli._mistakes import ExitCode
from loopjobs.health import Watchdog, WatchdogOptions
from loopjobs.telemetry import PrometheusMetrics, add_telemetry
from loopjobs.testing import FakeClock

REFERENCE: Final = Path(__file__).parent / "reference"
NOTE: Final = "<!-- Written by docs/generate.py out of the code: change that, then `make docs`. -->"

# What validators check is not in the metadata of a field.
RANGES: Final = {
    "interval_in_seconds": f"{SHORTEST_INTERVAL_IN_SECONDS:g} to ten years",
    "settings_reload_interval_in_seconds": (
        f"0, or {SHORTEST_RELOAD_INTERVAL_IN_SECONDS:g} to 86,400"
    ),
    "jitter_in_seconds": "0 to less than the interval",
    "cron": "not yet",
    "time_zone": "not yet",
}

# What a docstring does not say. An empty answer is no answer: each error needs one.
WHAT_TO_DO: Final = {
    "LeaseUnavailableError": (
        "A tick that meets it is skipped as `skipped_lease_unavailable` and asks again within "
        "seconds. Look at the lease store: its address in the settings, its log, the network."
    ),
    "LeaseLostError": (
        "It is the error of a run; a body meets it only in `CurrentRun.fenced()`, and lets it "
        "pass. Look for what kept the store or this process from answering; give the job a longer "
        "`LeaseInSeconds`."
    ),
    "LoopJobsError": "Catch it to catch every error of the library.",
    "BuildError": (
        "Read the message: each line names the place, the rule, where the value came from, and a "
        "remedy. Programs read the same from `problems`. `HostBuilder.run()` prints the message "
        "and ends the process with exit code 2."
    ),
    "SettingsError": (
        "Correct the settings that the message names. "
        "[Options](options.md) lists the keys and their ranges."
    ),
    "RegistrationError": (
        "Correct the call that adds the job, the signature of the job, or the providers."
    ),
    "StartError": (
        "Look at its `__cause__` for what the service raised. A host that was started once is not "
        "started again: build another one."
    ),
    "StopError": (
        "`Host.run()` and `async with host` raise it when all else has stopped. Let `stop()` of "
        "that service return sooner, or end when it is cancelled; or raise "
        "`Host:ShutdownTimeoutInSeconds`."
    ),
    "LoopError": (
        "`Host.run()` and `async with host` raise it when the host has stopped. Find out who "
        "cancels tasks that are not their own. What a run raises never leads here."
    ),
    "ControlError": (
        "Ask `status().state` first, or treat it as a “not now”. A disabled job is enabled by its "
        "option `Enabled`."
    ),
}

METRICS: Final = {
    "Jobs and their host": "periodic_",
    "Login": "login_",
    "AdminProvisioning": "provisioning_",
}

STATES: Final = {
    "not_started": "The host has not started the loop.",
    "disabled": "`Enabled` is false: no slot will come.",
    "waiting": "Between two runs.",
    "running": "At least one run is in progress.",
    "paused": "Slots are skipped until `resume()`.",
    "backing_off": "Failures in a row have put off the next run.",
    "stopping": "The host stops; a run is still in progress.",
    "stopped": "The loop and its runs have ended, or were given up.",
}


def pages() -> Mapping[str, str]:
    """Return the text of every generated page by its file name."""
    return {
        "options.md": _page(_options()),
        "errors.md": _page(_errors()),
        "outcomes.md": _page(_outcomes()),
        "metrics.md": _page(_metrics()),
        "command.md": _page(_commands()),
    }


def _page(lines: Iterator[str]) -> str:
    return "\n".join([NOTE, "", *lines, ""])


def _options() -> Iterator[str]:
    yield "# Options"
    yield ""
    yield (
        "Keys are written in PascalCase in settings files and environment variables, and in "
        "snake_case in code.\nA section is named after its job unless `add_loop_job(..., "
        "section_name=...)` says otherwise."
    )
    yield from _option_section("Every loop job", LoopJobOptions)
    yield ""
    yield (
        "Where the range says “not yet”, the key is known but refused in this version. `RunOn` "
        "`OneReplica` needs a lease store."
    )
    yield from _option_section("The section `Host`", HostOptions)
    yield ""
    yield "It is read when the host is built; a reload of the settings does not change it."
    yield from SOURCES


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


def _option_section(title: str, options: type[Options]) -> Iterator[str]:
    yield from ["", f"## {title}", ""]
    rows = [_option_row(name, field) for name, field in options.model_fields.items()]
    yield from _table(("Key", "Type", "Default", "Range", "Meaning"), rows)


def _option_row(name: str, field: FieldInfo) -> Sequence[str]:
    key, kind = f"`{field.alias}`", _type_name(field.annotation)
    return (
        key,
        kind,
        _default(field),
        RANGES.get(name) or _range(field),
        _one_line(field.description),
    )


def _type_name(annotation: object) -> str:
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not type(None)]
    names = {float: "number", int: "integer", bool: "boolean"}
    return " or ".join(names.get(kind, "text") for kind in kinds if isinstance(kind, type))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.default
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, str):
        return f"`{value}`"
    return "none" if value is None else f"`{value:g}`"


def _range(field: FieldInfo) -> str:
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    if kind is bool:
        return "`true`, `false`"
    lowest, longest = "", ""
    for rule in field.metadata:
        if isinstance(rule, annotated_types.Ge):
            lowest = _number(rule.ge)
        elif isinstance(rule, annotated_types.Gt):
            lowest = f"more than {_number(rule.gt)}"
        elif isinstance(rule, annotated_types.Le):
            longest = _number(rule.le)
    return f"{lowest} to {longest}" if longest else f"{lowest} or more"


def _number(value: object) -> str:
    if value == TEN_YEARS_IN_SECONDS:
        return "ten years"
    return f"{value:,}"


def _errors() -> Iterator[str]:
    yield "# Errors"
    yield ""
    yield "Every error the library raises derives from `loopjobs.LoopJobsError`."
    raised = _raised_by(HostBuilder, Host, JobHandle)
    for error in _error_classes():
        name = error.__name__
        bases = ", ".join(f"`{base.__name__}`" for base in error.__bases__)
        yield from ["", f"## {name}", "", f"{_sentence(error)} Derives from {bases}."]
        yield from _when(raised.get(name, []))
        yield from ["", f"What to do: {WHAT_TO_DO[name]}"]


def _error_classes() -> list[type[LoopJobsError]]:
    values = [getattr(loopjobs, name) for name in loopjobs.__all__]
    found = [value for value in values if isinstance(value, type)]
    order = list(vars(sys.modules[LoopJobsError.__module__]).values())
    return sorted((each for each in found if issubclass(each, LoopJobsError)), key=order.index)


def _when(cases: Sequence[tuple[str, str]]) -> Iterator[str]:
    if cases:
        yield from ["", "Raised by:", ""]
        yield from (f"- `{where}`: {reason}" for where, reason in cases)


def _raised_by(*classes: type) -> dict[str, list[tuple[str, str]]]:
    raised: dict[str, list[tuple[str, str]]] = {}
    for owner in classes:
        for name, member in vars(owner).items():
            if not name.startswith("_") and inspect.isfunction(member):
                for error, reason in _raises_of(member.__doc__ or ""):
                    raised.setdefault(error, []).append((f"{owner.__name__}.{name}()", reason))
    return raised


def _raises_of(docstring: str) -> list[tuple[str, str]]:
    _, _, section = inspect.cleandoc(docstring).partition("\nRaises:\n")
    entries = re.findall(r"^(\w+): (.*(?:\n {4,}.*)*)", dedent(section), re.MULTILINE)
    return [(error, _one_line(reason)) for error, reason in entries]


def _outcomes() -> Iterator[str]:
    yield "# Outcomes and states"
    yield ""
    yield (
        "Every due slot of a job ends in exactly one outcome, and `JobStatus.ledger` counts each, "
        "under these names.\n`due` is their sum plus `in_flight`. `JobStatus.by_hand` counts the "
        "runs of `trigger()` in the same words."
    )
    yield from ["", "## Outcomes", ""]
    yield from _table(("Outcome", "Meaning"), _members(Outcome, {}))
    yield ""
    yield (
        "`failed` and `timed_out` count as failures in a row; `succeeded` sets them back to 0; the "
        "others change nothing.\n`skipped_elsewhere` and `skipped_lease_unavailable` come with "
        "`RunOn` `OneReplica` only."
    )
    yield from ["", "## States", ""]
    yield from _table(("State", "Meaning"), _members(JobState, STATES))


def _members(kind: type[Enum], otherwise: Mapping[str, str]) -> Iterator[Sequence[str]]:
    said = _attribute_docstrings(kind)
    for member in kind:
        yield f"`{member.value}`", said.get(member.name) or otherwise[member.value]


def _attribute_docstrings(kind: type) -> dict[str, str]:
    definition = ast.parse(dedent(inspect.getsource(kind))).body[0]
    statements = definition.body if isinstance(definition, ast.ClassDef) else []
    said = {}
    for attribute, text in pairwise(statements):
        match attribute, text:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(
                value=ast.Constant(value=str(doc))
            ):
                said[name] = _one_line(doc)
    return said


def _metrics() -> Iterator[str]:
    yield "# Metrics"
    yield ""
    yield (
        "What `add_telemetry` measures of a host, and what Login and AdminProvisioning measure of "
        "their own, under the\nnames that Prometheus gets to see. A counter ends in `_total`, a "
        "distribution comes as `_bucket`, `_sum` and `_count`.\nWith OTLP the names have dots and "
        "neither unit nor `_total`: `periodic.job.run.duration`."
    )
    families = {family.name: family for family in asyncio.run(_exposed())}
    for title, prefix in METRICS.items():
        yield from ["", f"## {title}", ""]
        found = [family for name, family in families.items() if name.startswith(prefix)]
        head = ("Metric", "Type", "Unit", "Labels", "Meaning")
        yield from _table(head, [_metric_row(family) for family in found])
    yield ""
    yield (
        "Login also has `login_keep_alive_received_total` and, once there was one, "
        "`login_keep_alive_newest_age_seconds`."
    )


async def _exposed() -> list[Metric]:
    """Run every job once that reports something, and return what is exposed then."""
    named = (*login.metrics.NAMED, *admin_provisioning.metrics.NAMED)
    reports: dict[str, dict[str, float]] = {}
    for each in named:
        reports.setdefault(each.job, {})[each.counter] = 1
    clock = FakeClock()
    builder = add_telemetry(HostBuilder(settings_files=(), clock=clock), named=named)
    builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
    for job, counters in reports.items():
        builder.add_loop_job(_reporting(counters), Measured, name=job)
    async with builder.build() as host:
        await clock.advance(1)
        metrics = await host.container.get(PrometheusMetrics)
        body = metrics.expose("application/openmetrics-text; version=1.0.0")[1].decode()
    parse: Callable[[str], Iterator[Metric]] = text_string_to_metric_families
    return list(parse(body))


class Measured(LoopJobOptions):
    """A job that runs once while the page is written."""

    interval_in_seconds: float = 10


def _reporting(counters: Mapping[str, float]) -> JobBody:
    async def report(_ct: CancellationToken) -> None:
        current_run().report(**counters)

    return report


def _metric_row(family: Metric) -> Sequence[str]:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
    shown = ", ".join(f"`{label}`" for label in labels)
    return f"`{name}`", family.type, family.unit or "", shown, family.documentation


def _commands() -> Iterator[str]:
    yield "# The command `loopjobs`"
    yield ""
    yield "[How to use it](../how-to/use-the-command.md) tells what it is for."
    yield from ["", "## Exit codes", ""]
    said = _attribute_docstrings(ExitCode)
    yield from _table(
        ("Code", "Meaning"), [(str(each.value), said[each.name]) for each in ExitCode]
    )
    group = typer.main.get_command(application())
    if isinstance(group, TyperGroup):
        for name, command in group.commands.items():
            yield from ["", f"## {name}", "", (command.help or "").strip(), ""]
            yield from _table(("Parameter", "Variable", "Meaning"), _parameters(command.params))


def _parameters(parameters: Sequence[object]) -> Iterator[Sequence[str]]:
    for parameter in parameters:
        if isinstance(parameter, TyperArgument):
            names, value = parameter.metavar or "", ""
        elif isinstance(parameter, TyperOption):
            names, value = ", ".join(parameter.opts), parameter.metavar or ""
        else:
            continue
        variable = f"`{parameter.envvar}`" if parameter.envvar else ""
        yield f"`{f'{names} {value}'.strip()}`", variable, _one_line(parameter.help)


def _sentence(kind: type) -> str:
    return _one_line(inspect.getdoc(kind))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _table(
    head: Sequence[str], rows: Iterator[Sequence[str]] | list[Sequence[str]]
) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


def main() -> int:
    """Write every page that has changed."""
    for name, text in pages().items():
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
