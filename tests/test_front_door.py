"""The front door: what it promises is there, documented, typed, and nothing else is."""

import dataclasses
import inspect
import subprocess
import sys
import types
import typing
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

import loopjobs
import loopjobs.health
import loopjobs.history
import loopjobs.leases
import loopjobs.logs
import loopjobs.migration
import loopjobs.places
import loopjobs.testing
import loopjobs.wording
from loopjobs import JobHandle, JobStatus, Ledger, Outcome, RunRecord

DOORS = [
    loopjobs,
    loopjobs.health,
    loopjobs.history,
    loopjobs.leases,
    loopjobs.logs,
    loopjobs.migration,
    loopjobs.places,
    loopjobs.testing,
    loopjobs.wording,
]


def public_methods(kind: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield what a class itself offers, its constructor included."""
    # Options make their validators when these are asked for, and keep them.
    for name, member in tuple(vars(kind).items()):
        function = member.fget if isinstance(member, property) else member
        function = getattr(function, "__func__", function)
        is_public = not name.startswith("_") or (name == "__init__" and "<" not in str(function))
        if is_public and inspect.isfunction(function):
            yield f"{kind.__name__}.{name}", function


def callables(value: object) -> Iterator[tuple[str, Callable[..., object]]]:
    if inspect.isclass(value):
        yield from public_methods(value)
    elif inspect.isfunction(value):
        yield value.__name__, value


def mentions_any(annotation: object) -> bool:
    return annotation is typing.Any or any(map(mentions_any, typing.get_args(annotation)))


@pytest.mark.parametrize("door", DOORS)
def test_the_list_of_names_is_sorted_and_complete(door: ModuleType) -> None:
    """What can be imported without an underscore is on the list."""
    assert sorted(door.__all__) == door.__all__
    assert len(set(door.__all__)) == len(door.__all__)
    found = {
        name
        for name, value in vars(door).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert found == set(door.__all__) - {"__version__"}


@pytest.mark.parametrize("door", DOORS)
def test_every_public_name_is_documented(door: ModuleType) -> None:
    """And so is every method of every public class; what is inherited says nothing."""
    undocumented = [label for name in door.__all__ for label in unsaid(name, getattr(door, name))]
    assert undocumented == []


def unsaid(name: str, value: object) -> Iterator[str]:
    # An alias has its words in the source, below it.
    is_ours = inspect.isclass(value) and value.__module__.startswith("loopjobs")
    words = value.__doc__ if is_ours else inspect.getdoc(value)
    if (inspect.isclass(value) or inspect.isfunction(value)) and not (words or "").strip():
        yield name
    for label, function in callables(value):
        if not label.endswith("__init__") and not function.__doc__:
            yield label


@pytest.mark.parametrize("door", DOORS)
def test_no_public_signature_says_any(door: ModuleType) -> None:
    """Every parameter and every result has a type that says something."""
    vague = [each for name in door.__all__ for each in untold(getattr(door, name))]
    assert vague == []


def untold(value: object) -> Iterator[str]:
    for label, function in callables(value):
        hints = typing.get_type_hints(function)
        parameters = [each for each in inspect.signature(function).parameters if each != "self"]
        for each in ({*parameters, "return"} - {"cls"}) - hints.keys():
            yield f"{label}: {each} has no type"
        for each, hint in hints.items():
            if mentions_any(hint):
                yield f"{label}: {each} may be anything"


def test_importing_loads_nothing_that_is_not_needed() -> None:
    """No optional dependency, no testing kit, and of third parties three."""
    script = (
        "import sys; before = set(sys.modules); import loopjobs; print(*set(sys.modules) - before)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    loaded = ended.stdout.split()
    foreign = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names
    typing_support = {"annotated_types", "typing_extensions", "typing_inspection"}
    bundled = {name for name in foreign if name.startswith("_")}
    assert foreign - typing_support - bundled == {"loopjobs", "pydantic", "pydantic_core", "dishka"}
    garden = ("loopjobs.health", "loopjobs.logs", "loopjobs.testing", "loopjobs.wording")
    assert [name for name in loaded if name.startswith(garden)] == []


SHAPES = {
    "HostBuilder": ["settings_files=", "settings=", "environment=", "clock="],
    "HostBuilder.add_provider": ["*providers"],
    "HostBuilder.add_loop_job": ["job", "options_type", "section_name=", "name="],
    "HostBuilder.add_hosted_service": ["service"],
    "HostBuilder.add_options": ["options_type", "section_name"],
    "HostBuilder.add_listener": ["listener"],
    "HostBuilder.build": [],
    "HostBuilder.run": [],
    "Host.start": [],
    "Host.stop": [],
    "Host.run": [],
    "Host.lifespan": ["app="],
    "Host.reload_settings": [],
    "JobHandle.status": [],
    "JobHandle.history": [],
    "JobHandle.trigger": [],
    "JobHandle.pause": [],
    "JobHandle.resume": [],
    "CancellationToken.raise_if_cancellation_requested": [],
    "CancellationToken.wait": [],
    "CancellationToken.sleep": ["seconds"],
    "Clock.now": [],
    "Clock.monotonic": [],
    "Clock.sleep": ["seconds"],
    "HostedService.start": [],
    "HostedService.stop": [],
    "RunAgain": ["after"],
    "current_run": [],
    "CurrentRun.report": ["**counters"],
    "health.HealthChecks": ["host"],
    "health.HealthChecks.live": [],
    "health.HealthChecks.ready": [],
    "health.HealthChecks.report": [],
    "health.Watchdog": ["options", "clock", "ended="],
    "health.assess": ["status"],
    "health.health_app": ["host"],
    "logs.add_logging": ["builder", "output="],
    "logs.TextFormatter": ["redact="],
    "logs.JsonFormatter": ["redact="],
    "redact": ["text"],
    "testing.FakeClock": ["now="],
    "testing.FakeClock.advance": ["seconds"],
    "testing.JobHarness": ["job", "options", "fakes=", "providers=", "clock="],
    "testing.EventRecorder": [],
}
COROUTINES = {
    "Host.start", "Host.stop", "Host.reload_settings", "JobHandle.trigger", "JobHandle.pause",
    "JobHandle.resume", "CancellationToken.wait", "CancellationToken.sleep", "Clock.sleep",
    "HostedService.start", "HostedService.stop", "testing.FakeClock.advance",
}  # fmt: skip


def found_at(path: str) -> object:
    value: object = loopjobs
    for name in path.split("."):
        value = getattr(value, name)
    return value


def spelled(parameter: inspect.Parameter) -> str:
    starred = "*" * str(parameter).count("*", 0, 2)
    default = "" if parameter.default is inspect.Parameter.empty else "="
    return f"{starred}{parameter.name}{default}"


@pytest.mark.parametrize("path", SHAPES)
def test_the_surface_has_the_promised_shape(path: str) -> None:
    """Names, parameters in order, what has a default, and what is awaited."""
    value = found_at(path)
    assert callable(value)
    parameters = inspect.signature(value).parameters.values()
    assert [spelled(each) for each in parameters if each.name != "self"] == SHAPES[path]
    assert inspect.iscoroutinefunction(value) == (path in COROUTINES)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            JobStatus,
            "name state options next_due_at last_run consecutive_failures healthy ledger",
        ),
        (
            RunRecord,
            "run_id job outcome due_at started_at duration error reported fencing_token",
        ),
        (Ledger, "due in_flight"),
        (Ledger, " ".join(Outcome)),
    ],
)
def test_records_have_the_promised_fields(kind: type, names: str) -> None:
    """They are frozen facts."""
    assert dataclasses.is_dataclass(kind)
    assert set(names.split()) <= {each.name for each in dataclasses.fields(kind)}
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined] # a private promise of dataclasses


def test_outcomes_are_named_as_promised() -> None:
    """Each is a count of the ledger, too."""
    assert " ".join(Outcome) == (
        "succeeded failed timed_out cancelled abandoned skipped_running skipped_paused"
        " skipped_backoff skipped_elsewhere skipped_lease_unavailable missed"
    )


def test_errors_have_one_root() -> None:
    """Each of those promised, and every other."""
    errors = {
        name
        for name in loopjobs.__all__
        if inspect.isclass(found_at(name)) and issubclass(found_at(name), Exception)  # type: ignore[arg-type] # just told
    }
    assert {"SettingsError", "RegistrationError", "StartError"} <= errors
    for name in errors:
        assert issubclass(found_at(name), loopjobs.LoopJobsError)  # type: ignore[arg-type] # a class


def test_jobs_are_seen_through_properties() -> None:
    """They are read, not written."""
    for path in ("Host.container", "Host.jobs", "CancellationToken.is_cancellation_requested"):
        value = found_at(path)
        assert isinstance(value, property)
        assert value.fset is None
    assert isinstance(JobHandle.name, property)
