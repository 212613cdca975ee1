"""Runs a coroutine on an event loop of its own, on uvloop if that is installed."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec


def run_on_new_loop(
    main: Coroutine[object, object, None], has_abandoned: Callable[[], bool]
) -> None:
    """Run `main` to its end and close the loop.

    Closing normally awaits every task that is left. A run that was abandoned would not end, so
    with one the loop is closed over it.
    """
    runner = asyncio.Runner(loop_factory=_loop_factory())
    try:
        runner.run(main)
    finally:
        if has_abandoned():
            loop = runner.get_loop()
            loop.set_exception_handler(lambda _loop, _context: None)
            loop.close()
        else:
            runner.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory
