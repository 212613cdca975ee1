"""Runs a coroutine on an event loop of its own, on uvloop if that is installed."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from loopjobs._host.signals import stop_signals


def run_on_new_loop(
    main: Callable[[], Coroutine[object, object, None]],
    on_signal: Callable[[], None],
    has_abandoned: Callable[[], bool],
) -> None:
    """Run `main` to its end and close the loop; meanwhile hear of SIGINT and SIGTERM.

    Closing normally awaits every task that is left. A run that was abandoned would not end, so
    with one the loop is closed over it. The signals are given back before that, so that whatever
    else does not end can still be interrupted.
    """
    runner = asyncio.Runner(loop_factory=_loop_factory())
    loop = runner.get_loop()
    try:
        with stop_signals(loop, on_signal):
            runner.run(main())
    finally:
        if has_abandoned():
            _keep_for_ever(asyncio.all_tasks(loop))
            loop.close()
        else:
            runner.close()


def _keep_for_ever(tasks: set[asyncio.Task[Any]]) -> None:
    """Keep the tasks from being collected, at the end of the process too.

    Python closes a coroutine that it collects. One that swallows everything goes on after that,
    with no event loop left to wait on: it would spin, and the process would never end. Nothing
    but the frame of a thread is out of reach for the collector until the very end.
    """
    threading.Thread(
        target=lambda _tasks: threading.Event().wait(),
        args=(tasks,),
        name="abandoned by loopjobs",
        daemon=True,
    ).start()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory
