"""The first step of a body is taken before its task is woken, and nobody can tell."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loopjobs import (
    CancellationToken,
    Event,
    Host,
    HostBuilder,
    JobHandle,
    LoopJobOptions,
    RunAgain,
    RunEnded,
    RunOn,
    RunStarted,
    current_run,
)
from loopjobs.testing import FakeClock, JobHarness

EVERY_TEN = LoopJobOptions(interval_in_seconds=10)
LATER = {
    name: {"IntervalInSeconds": 10, "InitialDelayInSeconds": 10} for name in ("first", "second")
}
word: ContextVar[str] = ContextVar("word", default="unset")


def own_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def give_way() -> None:
    await asyncio.sleep(0)


def resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def wait_for_a_future() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(resolve, future)
    await future


async def wait_for_a_task() -> None:
    child = asyncio.ensure_future(wait_for_a_future())
    try:
        await child
    finally:
        await asyncio.wait({child})
        word.set(f"child cancelled: {child.cancelled()}")


async def await_what_is_done() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    await future


async def cancel_itself() -> None:
    own_task().cancel("by hand")


async def uncancel_itself() -> None:
    own_task().uncancel()


async def be_cancelled_while_it_waits() -> None:
    asyncio.get_running_loop().call_soon(own_task().cancel)
    await give_way()


async def pass_a_timeout() -> None:
    async with asyncio.timeout(0):
        await give_way()
        await give_way()


async def lose_a_child() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
        await wait_for_a_future()


async def shield_a_task() -> None:
    await asyncio.shield(asyncio.ensure_future(wait_for_a_future()))


async def set_a_variable() -> None:
    word.set("set by the body")


async def await_a_mistake() -> None:
    class Mistaken:
        def __await__(self) -> Generator[object, None, None]:
            yield "what no task can wait for"

    await Mistaken()


async def fail() -> None:
    raise OSError("as told")


Deed = Callable[[], Awaitable[None]]
DEEDS: tuple[Deed, ...] = (
    give_way, wait_for_a_future, wait_for_a_task, await_what_is_done, cancel_itself,
    uncancel_itself, be_cancelled_while_it_waits, pass_a_timeout, lose_a_child, shield_a_task,
    set_a_variable, await_a_mistake, fail,
)  # fmt: skip


class Script:
    """A body that does one thing after the other, and notes what it sees."""

    def __init__(self, deeds: list[Deed]) -> None:
        self.deeds = deeds
        self.seen: list[str] = []
        self.tasks: set[asyncio.Task[object]] = set()

    async def run(self, ct: CancellationToken) -> None:
        for deed in self.deeds:
            self.tasks.add(own_task())
            came = "went well"
            try:
                await deed()
            except BaseException as error:
                came = repr(error)
                if isinstance(error, GeneratorExit):
                    raise
            self.seen.append(f"{deed.__name__} {came} {word.get()} {own_task().cancelling()}")


async def in_a_task(script: Script) -> list[str]:
    task = asyncio.ensure_future(script.run(CancellationToken()))
    await asyncio.wait({task})
    return script.seen


@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=6))
@example(deeds=[cancel_itself, wait_for_a_task, give_way])
@example(deeds=[cancel_itself, uncancel_itself, give_way])
@example(deeds=[cancel_itself, uncancel_itself])
@example(deeds=[pass_a_timeout, lose_a_child])
@example(deeds=[cancel_itself, await_a_mistake])
@example(deeds=[cancel_itself, pass_a_timeout])
@example(deeds=[give_way, cancel_itself, uncancel_itself])
async def test_a_body_sees_what_it_would_see_in_a_task_of_its_own(deeds: list[Deed]) -> None:
    """Cancellations, timeouts, task groups and context variables, in every run of the same task."""
    expected, script = await in_a_task(Script(deeds)), Script(deeds)
    async with JobHarness(script.run, EVERY_TEN) as harness:
        await harness.clock.advance(20)
        assert harness.status().ledger.succeeded == 3
    assert script.seen == expected * 3
    assert len(script.tasks) == bool(deeds)


async def test_whatever_a_first_step_awaits_others_can_await_too(clock: FakeClock) -> None:
    """Jobs that are due together, and tasks that come between their first steps and their tasks."""
    answers: list[str] = []
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def ask() -> None:
        answers.append(await answer)

    async def first(ct: CancellationToken) -> None:
        between.append(asyncio.ensure_future(ask()))
        await ask()

    async def second(ct: CancellationToken) -> None:
        await ask()

    between: list[asyncio.Future[None]] = []
    builder = HostBuilder(settings_files=(), settings=LATER, clock=clock)
    builder.add_loop_job(first, LoopJobOptions).add_loop_job(second, LoopJobOptions)
    async with builder.build() as host:
        await clock.advance(10)
        answer.set_result("yes")
        await clock.advance(0)
        errors = [job.history()[0].error for job in host.jobs.values()]
    assert errors == [None, None]
    assert answers == ["yes"] * 3


async def test_a_body_is_in_the_task_of_its_loop_from_its_first_step_on() -> None:
    """Also where whoever lets time pass is in a task of their own, who notice nothing."""
    names: list[str] = []

    async def job(ct: CancellationToken) -> None:
        names.append(own_task().get_name())
        await asyncio.sleep(0)
        names.append(own_task().get_name())

    mine = own_task()
    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(0)
        assert own_task() is mine
    assert names == ["loopjobs job"] * 2


async def test_a_body_cannot_cancel_a_loop_that_has_not_begun(clock: FakeClock) -> None:
    """Where many jobs start, the first slot of one can be due before its task is served."""

    async def idle(ct: CancellationToken) -> None:
        pass

    async def job(ct: CancellationToken) -> None:
        await cancel_itself()
        await give_way()

    names = ("first", "second", "third")
    settings = {name: {"IntervalInSeconds": 10} for name in (*names, "job")}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    for name in names:
        builder.add_loop_job(idle, LoopJobOptions, name=name)
    async with builder.add_loop_job(job, LoopJobOptions).build() as host:
        await clock.advance(10)
        assert host.jobs["job"].status().ledger.failed == 2


async def test_the_debug_mode_of_asyncio_names_the_job_that_takes_long(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """There a task is woken for each run: one call of a timer could be that of any job."""

    async def job(ct: CancellationToken) -> None:
        pass

    event_loop = asyncio.get_running_loop()
    event_loop.set_debug(True)
    event_loop.slow_callback_duration = 0
    async with JobHarness(job, EVERY_TEN, clock=clock):
        await clock.advance(5)
        caplog.clear()
        await clock.advance(5)
        told = [record.getMessage() for record in caplog.records if record.name == "asyncio"]
    event_loop.set_debug(False)
    assert any("name='loopjobs job'" in line for line in told)


async def test_a_body_can_stop_its_host_in_its_first_step(clock: FakeClock) -> None:
    """It is asked to end like any other, and no slot comes after that."""
    starts: list[float] = []

    async def job(ct: CancellationToken) -> None:
        starts.append(clock.monotonic())
        await harness.host.stop()
        await ct.wait()

    harness = JobHarness(job, EVERY_TEN, clock=clock)
    async with harness:
        await clock.advance(25)
    assert starts == [0]
    assert harness.status().ledger.succeeded == 1


async def test_a_body_can_pause_its_job_and_resume_it_in_its_first_step(clock: FakeClock) -> None:
    """The slots are in their places while it runs."""
    jobs: list[JobHandle] = []
    starts: list[float] = []

    async def job(ct: CancellationToken) -> None:
        starts.append(clock.monotonic())
        if len(starts) == 2:
            await jobs[0].pause()

    async with JobHarness(job, EVERY_TEN, clock=clock) as harness:
        jobs.append(harness.job)
        await clock.advance(35)
        await harness.job.resume()
        await clock.advance(10)
        assert harness.status().ledger.skipped_paused == 2
    assert starts == [0, 10, 40]


async def test_options_that_change_in_a_first_step_move_the_slots_once(clock: FakeClock) -> None:
    """The next one is due already when the body begins, and must not come twice."""
    starts: list[float] = []
    settings = {"job": {"IntervalInSeconds": 10}}

    async def job(ct: CancellationToken) -> None:
        starts.append(clock.monotonic())
        if len(starts) == 2:
            settings["job"]["IntervalInSeconds"] = 4
            reload = host.reload_settings()
            with contextlib.suppress(StopIteration):
                reload.send(None)
            reload.close()

    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    host = builder.add_loop_job(job, LoopJobOptions).build()
    async with host:
        await clock.advance(23)
    assert starts == [0, 10, 14, 18, 22]


async def test_a_body_that_is_dropped_with_its_event_loop_is_closed_in_its_context() -> None:
    """A variable that it resets on its way out is its own."""
    reset: list[str] = []

    async def job(ct: CancellationToken) -> None:
        before = word.set("within")
        # The event loop goes no further than this step, and does not wake the task of the job.
        asyncio.get_running_loop().stop()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            word.reset(before)
            reset.append(word.get())

    def serve_one_step() -> None:
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)
        options = EVERY_TEN.model_copy(update={"initial_delay_in_seconds": 10})
        harness = JobHarness(job, options)
        loop.run_until_complete(harness.host.start())
        with contextlib.suppress(RuntimeError):
            loop.run_until_complete(harness.clock.advance(10))
        loop.close()

    await asyncio.to_thread(serve_one_step)
    gc.collect()
    assert reset == ["unset"]


async def closes_in_its_context(reset: list[str]) -> None:
    """Wait until the event loop is gone; say then whose context this is closed in."""
    before = word.set("within")
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        word.reset(before)
        reset.append(current_run().job)


def lose(build: Callable[[FakeClock], Host], seconds: float) -> None:
    """Leave a host to the collector, together with its clock and event loop."""
    clock = FakeClock()
    host = build(clock)

    async def main() -> None:
        await host.start()
        await clock.advance(seconds)

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    with contextlib.suppress(RuntimeError):
        loop.run_until_complete(main())
    loop.close()


async def test_a_body_is_closed_by_its_own_task_and_no_other() -> None:
    """Not by that of a body that has ended with the same wake-up, and asked for another run."""
    reset: list[str] = []

    async def first(ct: CancellationToken) -> RunAgain:
        return RunAgain(after=5)

    async def second(ct: CancellationToken) -> None:
        # The event loop wakes neither task any more.
        asyncio.get_running_loop().stop()
        await closes_in_its_context(reset)

    def build(clock: FakeClock) -> Host:
        builder = HostBuilder(settings_files=(), settings=LATER, clock=clock)
        builder.add_loop_job(first, LoopJobOptions)
        return builder.add_loop_job(second, LoopJobOptions).build()

    await asyncio.to_thread(lose, build, 10)
    gc.collect()
    assert reset == ["second"]


class Waits:
    """A hosted service whose start takes a while."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    async def start(self) -> None:
        await self._clock.advance(10)

    async def stop(self) -> None:
        pass


@pytest.mark.parametrize("overlap", [False, True])
async def test_a_body_is_closed_in_its_context_though_its_task_is_young(*, overlap: bool) -> None:
    """Younger than the first runs of the host: of a run beside others, or a loop begun later."""
    reset: list[str] = []

    async def first(ct: CancellationToken) -> None:
        pass

    async def second(ct: CancellationToken) -> None:
        await closes_in_its_context(reset)

    settings = {
        "first": {"IntervalInSeconds": 10},
        "second": {"IntervalInSeconds": 10, "SkipIfRunning": not overlap},
    }

    def build(clock: FakeClock) -> Host:
        builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
        builder.add_loop_job(first, LoopJobOptions).add_hosted_service(Waits(clock))
        return builder.add_loop_job(second, LoopJobOptions).build()

    await asyncio.to_thread(lose, build, 5)
    gc.collect()
    assert reset == ["second"]


async def test_the_keyboard_interrupts_whoever_runs_the_event_loop() -> None:
    """Also amid the first step of a body; the loop of the job ends with it."""

    async def job(ct: CancellationToken) -> None:
        signal.default_int_handler(signal.SIGINT, None)

    def serve() -> None:
        async def main() -> None:
            async with JobHarness(job, EVERY_TEN) as harness:
                await harness.clock.advance(5)

        with pytest.raises(KeyboardInterrupt):
            asyncio.run(main())

    await asyncio.to_thread(serve)


async def test_a_job_for_one_replica_claims_its_slot_before_its_first_step(
    clock: FakeClock,
) -> None:
    """The store is asked first, and that is awaited."""
    tokens: list[int | None] = []

    async def job(ct: CancellationToken) -> None:
        tokens.append(current_run().fencing_token)

    options = LoopJobOptions(interval_in_seconds=10, run_on=RunOn.ONE_REPLICA)
    harness = JobHarness(job, options, clock=clock)
    async with harness:
        await clock.advance(15)
    assert tokens == [1, 2]


@pytest.mark.parametrize("kind", ["plain", "limited", "failing", "waiting", "listened to", "asked"])
async def test_a_run_begins_when_the_one_before_it_has_left_off(
    clock: FakeClock, kind: str
) -> None:
    """Whatever that took its time for, and though both were due at the same moment."""
    lateness: list[float] = []

    async def first(ct: CancellationToken) -> None:
        clock.stall(3.0 if kind in ("plain", "limited", "failing", "waiting") else 0.0)
        if kind == "failing":
            raise ValueError("slow and wrong")
        if kind == "waiting":
            await asyncio.sleep(0)

    async def second(ct: CancellationToken) -> None:
        lateness.append(current_run().lateness)

    class Slow:
        @property
        def is_listening(self) -> bool:
            clock.stall(3.0 if kind == "asked" and clock.monotonic() >= 10 else 0.0)
            return kind == "listened to"

        def __call__(self, event: Event, /) -> None:
            if isinstance(event, RunEnded) and event.job == "first":
                clock.stall(3.0)

    section: dict[str, object] = {"IntervalInSeconds": 10, "InitialDelayInSeconds": 10}
    limit = {"TimeoutInSeconds": 9} if kind == "limited" else {}
    settings = {"first": section | limit, "second": section}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    builder.add_loop_job(first, LoopJobOptions).add_loop_job(second, LoopJobOptions)
    builder.add_listener(Slow())
    async with builder.build():
        await clock.advance(20)
    assert lateness == [3.0, 3.0]


async def test_a_job_goes_on_though_the_keyboard_interrupts_whoever_hears_of_its_begin(
    build: Callable[..., Host], clock: FakeClock
) -> None:
    """Where that does not end the program."""
    starts: list[float] = []

    def interrupted(event: Event, /) -> None:
        if isinstance(event, RunStarted) and clock.monotonic() == 10:
            raise KeyboardInterrupt

    async def job(ct: CancellationToken) -> None:
        starts.append(clock.monotonic())

    async with build(job, listeners=(interrupted,)):
        await clock.advance(5)
        with pytest.raises(KeyboardInterrupt):
            await clock.advance(10)
        await clock.advance(20)
    assert starts == [0, 20, 30]
