"""What one job more costs a host to build and to keep, counted and not timed."""

import gc
import sys
import weakref
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions
from loopjobs.testing import FakeClock

NewJob = Callable[[], type | Callable[..., object]]
NewBuilder = Callable[..., HostBuilder]

CALLS = 58
BLOCKS = 28


class Job:
    def __init__(self, options: LoopJobOptions, limit: int = 3) -> None:
        self.options = options
        self.limit = limit

    async def execute(self, ct: CancellationToken) -> None: ...


def class_of_all() -> type[Job]:
    return Job


def new_function() -> Callable[..., object]:
    async def work(ct: CancellationToken) -> None: ...

    return work


def builder_of(jobs: int, new_job: NewJob, clock: FakeClock) -> HostBuilder:
    names = [f"job{number}" for number in range(jobs)]
    section = {"IntervalInSeconds": 10, "InitialDelayInSeconds": 5}
    builder = HostBuilder(settings_files=(), settings=dict.fromkeys(names, section), clock=clock)
    for name in names:
        builder.add_loop_job(new_job(), LoopJobOptions, name=name)  # type: ignore[arg-type] # either
    return builder


def calls_of(build: Callable[[], Host]) -> Counter[str]:
    """Count the calls of Python functions, by package."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _called: object) -> None:
        if event == "call":
            calls[str(frame.f_globals.get("__name__")).partition(".")[0]] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        build()
    finally:
        sys.setprofile(before)
    return calls


def calls_of_jobs(jobs: int, new_job: NewJob, clock: FakeClock) -> Counter[str]:
    """Count those of a host with so many jobs, less those of a host with few."""
    # What is remembered about classes is there then.
    builder_of(1, new_job, clock).build()
    few = calls_of(builder_of(10, new_job, clock).build)
    many = calls_of(builder_of(10 + jobs, new_job, clock).build)
    return many - few


@pytest.mark.parametrize("new_job", [class_of_all, new_function])
def test_a_job_more_takes_few_calls(new_job: NewJob, clock: FakeClock) -> None:
    """Whether it is an object or a function."""
    calls = calls_of_jobs(50, new_job, clock)
    assert calls["loopjobs"] / 50 < CALLS


@pytest.mark.parametrize("new_job", [class_of_all, new_function])
def test_a_job_more_takes_as_many_calls_however_many_there_are(
    new_job: NewJob, clock: FakeClock
) -> None:
    """Ten times as many jobs take ten times as long."""
    few, many = (calls_of_jobs(jobs, new_job, clock)["loopjobs"] / jobs for jobs in (20, 200))
    assert many == pytest.approx(few, rel=0.02)


@pytest.mark.parametrize("new_job", [class_of_all, new_function])
@pytest.mark.parametrize("package", ["dishka", "inspect", "pydantic", "re"])
def test_what_jobs_have_in_common_is_looked_at_once(
    new_job: NewJob, clock: FakeClock, package: str
) -> None:
    """Their signature, what their constructor asks for, and equal sections of the settings."""
    assert calls_of_jobs(50, new_job, clock)[package] == 0


def test_a_job_that_waits_to_be_started_is_few_objects(clock: FakeClock) -> None:
    """Those of its loop among them; nothing of its section stays, nor what only building needs."""
    keep = [builder_of(1, new_function, clock).build()]
    before = _blocks()
    keep.append(builder_of(10, new_function, clock).build())
    few = _blocks() - before
    keep.append(builder_of(110, new_function, clock).build())
    many = _blocks() - before - few
    assert (many - few) / 100 < BLOCKS


def test_functions_are_not_asked_for_annotations_that_are_known(new_builder: NewBuilder) -> None:
    """Python keeps them from then on, and another `def` may mean something else by them."""

    def new(kind: str) -> Callable[..., object]:
        async def work(ct: kind) -> None: ...  # type: ignore[valid-type] # evaluated when made

        return work

    few, many = (_annotated(new_builder, [new("") for _ in range(jobs)]) for jobs in (1, 100))
    assert many == few


def _annotated(new_builder: NewBuilder, jobs: list[Callable[..., object]]) -> int:
    names = [f"job{number}" for number in range(len(jobs))]
    builder = new_builder({name: {"IntervalInSeconds": 10} for name in names})
    for name, job in zip(names, jobs, strict=True):
        builder.add_loop_job(job, LoopJobOptions, name=name)  # type: ignore[arg-type] # it is one
    builder.build()
    held = [each for job in jobs for each in gc.get_referents(job) if isinstance(each, dict)]
    return sum("ct" in each for each in held)


class Text(str):
    """A text of which one can tell whether it is still there."""

    __slots__ = ("__weakref__",)


def test_values_of_settings_do_not_stay(new_builder: NewBuilder) -> None:
    """What was made of them does, and where each came from; passwords are among them."""
    settings: dict[str, object] = {"Job": {"IntervalInSeconds": Text("10")}}
    value = weakref.ref(settings["Job"]["IntervalInSeconds"])  # type: ignore[index] # see above
    host = new_builder(settings).add_loop_job(Job, LoopJobOptions).build()
    settings.clear()
    gc.collect()
    assert value() is None
    shown = {each.key: each for each in host.settings["Job"]}
    assert shown["IntervalInSeconds"].value == "10"
    assert shown["IntervalInSeconds"].source == "settings given in code"
    assert shown["InitialDelayInSeconds"].source == "default"


def test_the_garbage_collector_goes_on_after_a_host_was_built_or_was_not(
    new_builder: NewBuilder, problems: Callable[[HostBuilder], object]
) -> None:
    """It stands still meanwhile, for it would find nothing."""
    problems(new_builder().add_loop_job(Job, LoopJobOptions))
    assert gc.isenabled()
    new_builder({"Job": {"IntervalInSeconds": 1}}).add_loop_job(Job, LoopJobOptions).build()
    assert gc.isenabled()
    gc.disable()
    try:
        new_builder({"Job": {"IntervalInSeconds": 1}}).add_loop_job(Job, LoopJobOptions).build()
        assert not gc.isenabled()
    finally:
        gc.enable()


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()
