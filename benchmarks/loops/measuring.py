"""Runs a system in this process, and measures it meanwhile."""

import asyncio
import gc
import math
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from loops.lateness import lateness_of
from loops.meters import Ticks, cost_of_a_tick, cpu, memory
from loops.order import Figures, Order
from loops.plan import Plan, System

_LEAST_DELAY = 0.2
_DELAY_PER_JOB = 30e-6
"""The first tick is due after so many seconds a job, for they are to be started by then."""
_WARM = 0.2
"""Seconds of ticks before the window opens, at least."""
_FIRST_TICKS_PATIENCE = 3.0
_POLL = 0.05


@dataclass
class _Running:
    system: System
    plan: Plan
    ticks: Ticks
    ready: float
    """Seconds from nothing to jobs that wait."""
    start: float
    """The part of it that is the start."""


def figures_of(order: Order) -> Figures:
    """Measure what the order says."""
    factory = import_module("uvloop").new_event_loop if order.is_on_uvloop else None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(_measured(order))


async def _measured(order: Order) -> Figures:
    module, _, name = order.system.partition(":")
    system_type: Callable[[Plan], System] = getattr(import_module(module), name)
    if order.measure == "heap":
        tracemalloc.start()
    before, heap = memory(), tracemalloc.get_traced_memory()[0]
    running = await _started(order, system_type)
    figures = {"ready_s": running.ready, "start_s": running.start}
    if order.measure == "ticks":
        figures["bytes_per_job"] = (memory() - before) / order.jobs
        figures |= await _window(order, running)
    else:
        await _first_ticks(running)
        grown = memory() - before
        if order.measure == "heap":
            grown = tracemalloc.get_traced_memory()[0] - heap
        figures["bytes_per_job"] = grown / order.jobs
    began = time.perf_counter()
    await running.system.stop()
    return figures | {"stop_s": time.perf_counter() - began}


async def _started(order: Order, system_type: Callable[[Plan], System]) -> _Running:
    loop = asyncio.get_running_loop()
    ticks = Ticks(loop.time)
    step = order.interval / order.jobs if order.is_spread else 0.0
    delay = _LEAST_DELAY + order.jobs * _DELAY_PER_JOB
    plan = Plan(order.jobs, order.interval, step, delay, ticks.tick)
    began = time.perf_counter()
    system = system_type(plan)
    await system.prepare()
    prepared = time.perf_counter()
    # As `Host.run` does, before the start and after it; here for every system, so that all are
    # measured alike.
    gc.freeze()
    plan.origin = loop.time()
    await system.start()
    started = time.perf_counter()
    gc.freeze()
    return _Running(system, plan, ticks, started - began, started - prepared)


async def _first_ticks(running: _Running) -> None:
    """Let each job tick once, if that comes soon: a job may look different before and after."""
    loop = asyncio.get_running_loop()
    last = max(loop.time(), running.plan.first_of(running.plan.jobs - 1)) + _FIRST_TICKS_PATIENCE
    # What ticks is no business of ours: there is no event that it could set.
    while len(running.ticks) < running.plan.jobs and loop.time() < last:  # noqa: ASYNC110
        await asyncio.sleep(_POLL)


async def _window(order: Order, running: _Running) -> dict[str, float]:
    loop, ticks, interval = asyncio.get_running_loop(), running.ticks, order.interval
    of_one = cost_of_a_tick(loop.time)
    grid = running.system.grid()
    first_of = running.plan.first_of if grid is None else grid.__getitem__
    opens = _opening(first_of(0), interval, loop.time(), is_spread=order.is_spread)
    slots = max(1, math.ceil(order.seconds / interval - 1e-9))
    await asyncio.sleep(opens - loop.time())
    since, opened, spent = len(ticks), loop.time(), cpu()
    await asyncio.sleep(opens + slots * interval - opened)
    until, lasted, spent = len(ticks), loop.time() - opened, cpu() - spent
    done = until - since
    late = lateness_of(ticks.stamps[since:until], ticks.numbers[since:until], first_of, interval)
    figures = {"ticks": float(done), "kept": done / (order.jobs * lasted / interval)}
    if late is None:
        return figures
    return figures | {
        "cpu_per_tick_s": max(0.0, spent / done - of_one),
        "late_p50_s": late.p50,
        "late_p99_s": late.p99,
        "late_max_s": late.worst,
    }


def _opening(first: float, interval: float, now: float, *, is_spread: bool) -> float:
    """Return when the window opens: amid two bursts, or once all have ticked that are spread."""
    base = first if is_spread else first - interval / 2
    earliest = max(now, first + _WARM)
    return base + max(1, math.ceil((earliest - base) / interval)) * interval
