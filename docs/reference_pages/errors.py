"""The page of all errors."""

import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from textwrap import dedent
from typing import Final

import loopjobs
from loopjobs import Host, HostBuilder, JobHandle, LoopJobsError
from reference_pages.writing import one_line, sentence

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


def errors() -> Iterator[str]:
    """Write the page."""
    yield "# Errors"
    yield ""
    yield "Every error the library raises derives from `loopjobs.LoopJobsError`."
    raised = _raised_by(HostBuilder, Host, JobHandle)
    for error in _error_classes():
        name = error.__name__
        bases = ", ".join(f"`{base.__name__}`" for base in error.__bases__)
        yield from ["", f"## {name}", "", f"{sentence(error)} Derives from {bases}."]
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
    return [(error, one_line(reason)) for error, reason in entries]
