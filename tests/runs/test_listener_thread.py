"""On a real clock listeners have a thread of their own: none of them delays a run."""

import asyncio
import atexit
import logging
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest

from loopjobs import (
    CancellationToken,
    Event,
    Host,
    HostBuilder,
    JobPaused,
    JobResumed,
    Listener,
    LoopDied,
    LoopJobOptions,
    LoopStarted,
    LoopStopped,
    Outcome,
    RunEnded,
    RunStarted,
    SystemClock,
)
from loopjobs._run.delivery import Delivery
from loopjobs.testing import EventRecorder

NAME = "loopjobs listeners"
WAITS_WITHIN = 10.0


async def job(ct: CancellationToken) -> None:
    pass


class StandingClock(SystemClock):
    """Stands still until somebody puts it forward."""

    time = 1_000.0

    def monotonic(self) -> float:
        return self.time


class HastyClock(SystemClock):
    """Has no patience: it wakes up at once whoever sleeps."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class PatientClock(SystemClock):
    """Has all the patience of the world: a busy machine changes nothing."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.get_running_loop().create_future()


class Gate:
    """A listener that stays where it is until it is let go."""

    def __init__(self) -> None:
        self.has_come = threading.Event()
        self.may_go = threading.Event()
        self.heard: list[Event] = []

    def __call__(self, event: Event, /) -> None:
        self.has_come.set()
        assert self.may_go.wait(WAITS_WITHIN)
        self.heard.append(event)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Let it go in the end, whatever becomes of the test."""
    gate = Gate()
    yield gate
    gate.may_go.set()


def host_with(*listeners: Listener, clock: SystemClock | None = None) -> Host:
    """Build a host whose job runs by hand only."""
    settings = {"job": {"IntervalInSeconds": 3600, "InitialDelayInSeconds": 3600}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    builder.add_loop_job(job, LoopJobOptions)
    for listener in listeners:
        builder.add_listener(listener)
    return builder.build()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == NAME]


async def test_events_come_in_order_on_one_thread_and_all_before_the_stop_returns(
    recorder: EventRecorder,
) -> None:
    """From the first to the last."""
    heard_on: set[threading.Thread] = set()

    def note(event: Event, /) -> None:
        heard_on.add(threading.current_thread())

    async with host_with(note, recorder) as host:
        await host.jobs["job"].trigger()
        await host.jobs["job"].trigger()
    assert [type(event) for event in recorder.events] == [
        LoopStarted,
        *(RunStarted, RunEnded) * 2,
        LoopStopped,
    ]
    assert [thread.name for thread in heard_on] == [NAME]
    assert threads() == []


def test_a_host_that_is_not_started_has_no_thread(recorder: EventRecorder) -> None:
    """Nor has one without listeners, started or not."""
    host_with(recorder)
    assert threads() == []


async def test_without_listeners_there_is_no_thread() -> None:
    """The log is written in line, in order with the job's own lines."""
    async with host_with() as host:
        await host.jobs["job"].trigger()
        assert threads() == []


async def test_a_listener_that_waits_delays_no_run(gate: Gate) -> None:
    """Runs go on, and it hears of them when it is ready."""
    async with host_with(gate) as host:
        for _ in range(3):
            assert (await host.jobs["job"].trigger()).outcome is Outcome.SUCCEEDED
        assert gate.heard == []
        gate.may_go.set()
    assert len([event for event in gate.heard if isinstance(event, RunEnded)]) == 3


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(1), KeyboardInterrupt()], ids=repr)
async def test_a_listener_that_raises_is_logged_and_the_next_one_is_told(
    recorder: EventRecorder, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    """Nobody presses keys on that thread: even an interrupt is the listener's own."""

    def broken(event: Event, /) -> None:
        raise error

    async with host_with(broken, recorder, clock=PatientClock()):
        pass
    assert [type(event) for event in recorder.events] == [LoopStarted, LoopStopped]
    complaints = [record.getMessage() for record in caplog.records]
    assert len(complaints) == 2
    assert "broken" in complaints[0]
    assert "LoopStarted of job job" in complaints[0]


async def test_a_slow_listener_is_named_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """With the event and the time it took."""
    clock = StandingClock()
    took = iter([2.0, 2.0, 0.5, 61.0, 0.0])

    def slow(event: Event, /) -> None:
        clock.time += next(took)

    gone: list[Event] = []
    async with host_with(gone.append, slow, clock=clock) as host:
        await host.jobs["job"].pause()
        await host.jobs["job"].resume()
        await host.jobs["job"].pause()
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 2
    assert "slow" in warnings[0]
    assert "took 2.0 s for LoopStarted of job job" in warnings[0]
    assert "took 61.0 s for JobPaused" in warnings[1]


async def test_a_listener_that_hangs_does_not_hang_the_stop(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    """It is named, with what it is at; nobody hears the rest."""
    recorder = EventRecorder()
    async with host_with(recorder, gate, clock=HastyClock()):
        assert gate.has_come.wait(WAITS_WITHIN)
    (error,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "does not wait any longer for its listeners; events not delivered: 1" in (
        error.getMessage()
    )
    assert "Gate" in error.getMessage()
    assert "has been at LoopStarted for" in error.getMessage()
    (thread,) = threads()
    gate.may_go.set()
    thread.join(WAITS_WITHIN)
    assert [type(event) for event in recorder.events] == [LoopStarted]


class DeliveryOnABusyMachine(Delivery):
    """Is put off, wherever it has looked for its thread, until that has done all it can."""

    is_closing = False

    async def close(self) -> None:
        self.is_closing = True
        await super().close()

    def _ensure_thread(self) -> None:
        super()._ensure_thread()
        for thread in threads() if self.is_closing else ():
            thread.join(WAITS_WITHIN)


async def test_the_end_misses_no_thread_that_ends_just_then(
    recorder: EventRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is queued, so it ends as soon as it may; nobody waits for it in vain."""
    delivery = DeliveryOnABusyMachine([recorder], HastyClock())
    delivery.put(LoopStarted("job"))
    await delivery.close()
    assert recorder.events == [LoopStarted("job")]
    assert caplog.messages == []


@pytest.fixture
def at_exit(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the end of the process would call."""
    called: list[object] = []
    monkeypatch.setattr(atexit, "register", called.append)
    monkeypatch.setattr(atexit, "unregister", called.remove)
    return called


async def test_the_end_of_the_process_waits_for_the_thread_of_a_host_that_runs(
    recorder: EventRecorder, at_exit: list[object]
) -> None:
    """And not for one that has been stopped."""
    async with host_with(recorder):
        assert len(at_exit) == 1
    assert at_exit == []


async def test_the_end_of_the_process_does_not_wait_for_who_was_given_up(
    gate: Gate, at_exit: list[object]
) -> None:
    """The patience is that of the stop, and has come to its end."""
    async with host_with(gate, clock=HastyClock()):
        assert gate.has_come.wait(WAITS_WITHIN)
    assert at_exit == []
    (thread,) = threads()
    gate.may_go.set()
    thread.join(WAITS_WITHIN)
    assert threads() == []


async def test_a_listener_that_cannot_be_shown_is_named_by_its_type(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """When it fails, and when the host gives it up: that must not keep the host from its end."""

    class Shy(Gate):
        def __call__(self, event: Event, /) -> None:
            super().__call__(event)
            raise ValueError("x")

        def __repr__(self) -> str:
            raise ValueError("not this one")

    shy = Shy()
    async with host_with(shy, clock=HastyClock()):
        assert shy.has_come.wait(WAITS_WITHIN)
    (given_up,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "Shy that cannot be shown> has been at LoopStarted" in given_up.getMessage()
    (thread,) = threads()
    shy.may_go.set()
    thread.join(WAITS_WITHIN)
    assert "Shy that cannot be shown> failed on LoopStarted" in caplog.text


async def test_of_too_many_events_the_oldest_are_dropped_and_counted(
    gate: Gate,
    caplog: pytest.LogCaptureFixture,
    until: Callable[[Callable[[], bool]], Awaitable[None]],
) -> None:
    """One error at once, and the rest of the count at the end; the youngest are delivered."""
    async with host_with(gate) as host:
        assert gate.has_come.wait(WAITS_WITHIN)
        for _ in range(5_002):
            await host.jobs["job"].pause()
            await host.jobs["job"].resume()
        gate.may_go.set()
        # From here on there is room for what the stop has to say.
        await until(lambda: len(gate.heard) > 1)
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    dropped = [record.__dict__["events"] for record in told]
    assert dropped == [1, 3]
    assert "events dropped, the oldest first: 1; listener <" in told[0].getMessage()
    assert "has been at LoopStarted for" in told[0].getMessage()
    kinds = [type(event) for event in gate.heard]
    assert kinds == [LoopStarted, *(JobPaused, JobResumed) * 5_000, LoopStopped]


async def test_a_service_that_listens_has_heard_everything_when_it_is_stopped() -> None:
    """It stops after the loops, and may close then what it writes to."""
    journal: list[str] = []

    class History:
        def __call__(self, event: Event, /) -> None:
            journal.append(type(event).__name__)

        async def start(self) -> None:
            pass

        async def stop(self) -> None:
            journal.append("stop")

    history = History()
    settings = {"job": {"IntervalInSeconds": 3600, "InitialDelayInSeconds": 3600}}
    builder = HostBuilder(settings_files=(), settings=settings)
    builder.add_hosted_service(history).add_listener(history).add_loop_job(job, LoopJobOptions)
    async with builder.build():
        pass
    assert journal == ["LoopStarted", "LoopStopped", "stop"]


@pytest.mark.parametrize("is_stopping", [False, True])
def test_the_thread_ends_by_itself_when_the_event_loop_is_torn_down(
    recorder: EventRecorder,
    gate: Gate,
    is_stopping: bool,  # noqa: FBT001 - parametrized
) -> None:
    """What was queued is delivered all the same, and what the tear-down itself brought about."""

    async def main() -> None:
        host = host_with(gate, recorder)
        await host.start()
        if is_stopping:
            main.stopping = asyncio.create_task(host.stop())  # type: ignore[attr-defined] # kept
            await asyncio.sleep(0)

    asyncio.run(main())
    found = threads()
    gate.may_go.set()
    for thread in found:
        thread.join(WAITS_WITHIN)
    assert threads() == []
    first, *others = recorder.events
    assert first == LoopStarted("job")
    assert [type(event) for event in others] in ([], [LoopDied], [LoopStopped])


SCRIPT = """
import asyncio, time
from loopjobs import HostBuilder, LoopJobOptions

async def job(ct): pass
def slow(event):
    time.sleep(0.1)
    print(type(event).__name__, flush=True)

async def main():
    await host.start()

settings = {"job": {"IntervalInSeconds": 3600}}
builder = HostBuilder(settings_files=(), settings=settings).add_loop_job(job, LoopJobOptions)
host = builder.add_listener(slow).build()
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
"""


@pytest.mark.smoke
def test_a_process_that_ends_without_a_stop_delivers_what_is_queued() -> None:
    """The thread alone would not keep it."""
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=30
    )
    assert ended.stdout.split()[:1] == ["LoopStarted"]


async def test_two_hosts_have_a_thread_each() -> None:
    """A listener of both must expect to be called by both at a time."""
    heard_on: set[int] = set()

    def note(event: Event, /) -> None:
        heard_on.add(threading.get_ident())

    async with host_with(note), host_with(note):
        pass
    assert len(heard_on) == 2


class InLine:
    """A listener that takes no time, if it is so."""

    def __init__(self, *, is_in_line: bool = True) -> None:
        self.is_in_line = is_in_line
        self.heard: list[tuple[type[Event], threading.Thread]] = []

    def __call__(self, event: Event, /) -> None:
        self.heard.append((type(event), threading.current_thread()))
        raise ValueError("well")


async def test_a_listener_that_takes_no_time_is_told_in_line() -> None:
    """At the moment when something happens, and what it raises hurts no run; there is no thread."""
    listener = InLine()
    async with host_with(listener) as host:
        record = await host.jobs["job"].trigger()
        heard = list(listener.heard)
        assert threads() == []
    here = threading.current_thread()
    assert heard == [(kind, here) for kind in (LoopStarted, RunStarted, RunEnded)]
    assert record.outcome is Outcome.SUCCEEDED


async def test_others_have_their_thread_beside_one_in_line() -> None:
    """All hear the same; one that says it is not in line is not."""
    in_line, other = InLine(), InLine(is_in_line=False)
    async with host_with(in_line, other) as host:
        await host.jobs["job"].trigger()
    assert [kind for kind, _ in other.heard] == [kind for kind, _ in in_line.heard]
    assert {thread.name for _, thread in other.heard} == {NAME}
    assert {thread for _, thread in in_line.heard} == {threading.current_thread()}
