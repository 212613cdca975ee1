"""What all tests of the library share: virtual time, a quick builder, and a check for litter."""

import asyncio
import gc
import inspect
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence

import psutil
import pytest
from dishka import Provider

from loopjobs import Host, HostBuilder, Listener, LoopJobOptions
from loopjobs.testing import EventRecorder, FakeClock

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PROCESS = psutil.Process()
_THREAD_ENDS_WITHIN = 5.0
_TURNS = 20


@pytest.fixture
def clock() -> FakeClock:
    """Virtual time."""
    return FakeClock()


@pytest.fixture
def recorder() -> EventRecorder:
    """Hears every event of the hosts that `build` builds."""
    return EventRecorder()


@pytest.fixture
def build(clock: FakeClock, recorder: EventRecorder) -> Callable[..., Host]:
    """Build a host on virtual time out of jobs and services, in the order given.

    Options are keys of every job's section; a job class or function is told by what it is.
    """

    def build(
        *parts: object,
        providers: Sequence[Provider] = (),
        listeners: Sequence[Listener] = (),
        host: Mapping[str, object] | None = None,
        **options: object,
    ) -> Host:
        section = {"IntervalInSeconds": 10, **options}
        names = [getattr(part, "__name__", "") for part in parts]
        settings = {"Host": dict(host or {}), **dict.fromkeys(filter(None, names), section)}
        builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
        builder.add_provider(*providers)
        for listener in (recorder, *listeners):
            builder.add_listener(listener)
        for part in parts:
            if inspect.isfunction(part) or hasattr(part, "execute"):
                builder.add_loop_job(part, LoopJobOptions)  # type: ignore[arg-type] # told above
            else:
                builder.add_hosted_service(part)  # type: ignore[arg-type] # told above
        return builder.build()

    return build


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Serve the event loop until something is so that a thread brings about."""

    async def until(is_so: Callable[[], bool]) -> None:
        while not is_so():  # noqa: ASYNC110 - a thread sets no asyncio.Event
            await asyncio.sleep(0)

    return until


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, an open file, a signal handler or a task behind."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("_leaves_no_task_behind")
    handlers = [signal.getsignal(number) for number in _SIGNALS]
    threads = set(threading.enumerate())
    files = _PROCESS.num_fds()
    yield
    assert [signal.getsignal(number) for number in _SIGNALS] == handlers, "signals not given back"
    assert not [thread.name for thread in _litter(threads)], "threads left behind"
    if _PROCESS.num_fds() > files:
        gc.collect()
        assert _PROCESS.num_fds() <= files, f"files left open: {_PROCESS.open_files()}"


@pytest.fixture
async def _leaves_no_task_behind() -> AsyncIterator[None]:
    yield
    own = {asyncio.current_task()}
    for _ in range(_TURNS):
        if asyncio.all_tasks() == own:
            return
        await asyncio.sleep(0)
    pytest.fail(f"tasks left behind: {asyncio.all_tasks() - own}")


def _litter(before: set[threading.Thread]) -> list[threading.Thread]:
    ours = [
        thread
        for thread in threading.enumerate()
        if thread not in before
        # The pool of asyncio.to_thread ends with the event loop, after this.
        and not thread.name.startswith("asyncio_")
        and (not thread.daemon or thread.name.startswith("loopjobs"))
    ]
    for thread in ours:
        # It may have handed over its result a moment ago.
        thread.join(_THREAD_ENDS_WITHIN)
    return [thread for thread in ours if thread.is_alive()]
