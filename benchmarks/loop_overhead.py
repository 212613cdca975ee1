"""CPU per tick of loopjobs against a hand-written drift-free loop, in alternating processes.

Also with a listener that does nothing, and with telemetry.

    python benchmarks/loop_overhead.py [--jobs 1000] [--interval 0.1] [--spread] [--rounds 5]

Each measurement is a process of its own; the table gives medians and the ratio of the pairs.
"""

import argparse
import asyncio
import json
import logging
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Coroutine

from loopjobs import CancellationToken, Event, HostBuilder, LoopJobOptions, SystemClock
from loopjobs.telemetry import add_telemetry

CLOCK = SystemClock()


class Counter:
    """Counts ticks; the body of every loop."""

    ticks = 0


async def count(_ct: CancellationToken) -> None:
    """Do next to nothing."""
    Counter.ticks += 1


async def bare(jobs: int, interval: float, seconds: float, *, spread: bool) -> None:
    """Run loops as one would write them by hand, without drift."""
    loop = asyncio.get_running_loop()
    token = CancellationToken()

    async def forever(first: float) -> None:
        due = first
        while True:
            await asyncio.sleep(due - loop.time())
            await count(token)
            due += interval

    start = loop.time() + 0.5
    step = interval / jobs if spread else 0.0
    tasks = [asyncio.create_task(forever(start + number * step)) for number in range(jobs)]
    await _measure(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def ours(jobs: int, interval: float, seconds: float, *, spread: bool) -> None:
    """Run the same as loop jobs: grid, ledger, status, overlap guard, history."""
    await _host(jobs, interval, seconds, spread=spread)


async def heard(jobs: int, interval: float, seconds: float, *, spread: bool) -> None:
    """Run the same with a listener that does nothing: what the events alone cost."""

    def hear(_event: Event, /) -> None:
        """Do nothing."""

    await _host(jobs, interval, seconds, spread=spread, add=lambda host: host.add_listener(hear))


async def measured(jobs: int, interval: float, seconds: float, *, spread: bool) -> None:
    """Run the same with telemetry that Prometheus could read."""
    await _host(jobs, interval, seconds, spread=spread, add=add_telemetry)


async def _host(
    jobs: int,
    interval: float,
    seconds: float,
    *,
    spread: bool,
    add: Callable[[HostBuilder], object] | None = None,
) -> None:
    logging.disable(logging.CRITICAL)
    step = interval / jobs if spread else 0.0
    settings = {
        f"job{number}": {
            "InitialDelayInSeconds": 0.5 + number * step,
            "IntervalInSeconds": interval,
        }
        for number in range(jobs)
    }
    builder = HostBuilder(settings_files=(), settings=settings)
    if add is not None:
        add(builder)
    for number in range(jobs):
        builder.add_loop_job(count, LoopJobOptions, name=f"job{number}")
    host = builder.build()
    async with host:
        await _measure(seconds)


async def _measure(seconds: float) -> None:
    await asyncio.sleep(1.0)
    ticks, cpu = Counter.ticks, _cpu()
    await asyncio.sleep(seconds)
    ticks, cpu = Counter.ticks - ticks, _cpu() - cpu
    print(json.dumps({"ticks": ticks, "us_per_tick": cpu / max(ticks, 1) * 1e6}))


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


SYSTEMS: dict[str, Callable[..., Coroutine[object, object, None]]] = {
    "bare": bare,
    "loopjobs": ours,
    "heard": heard,
    "telemetry": measured,
}


def main() -> None:
    """Measure one system, or alternate between all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=0.1)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--spread", action="store_true")
    parser.add_argument("--system", choices=sorted(SYSTEMS))
    given = parser.parse_args()
    if given.system:
        system = SYSTEMS[given.system]
        asyncio.run(system(given.jobs, given.interval, given.seconds, spread=given.spread))
        return
    figures: dict[str, list[float]] = {name: [] for name in SYSTEMS}
    for number in range(given.rounds):
        for name, values in figures.items():
            values.append(_in_process(name))
            progress = f"round {number + 1}/{given.rounds}"
            print(f"{progress} {name}: {values[-1]:.1f} us a tick", flush=True)
    for name, values in figures.items():
        ratios = [own / peer for own, peer in zip(values, figures["bare"], strict=True)]
        took, ratio = statistics.median(values), statistics.median(ratios)
        print(f"{name:10} {took:8.1f} us a tick, {ratio:6.2f} times bare (medians)")


def _in_process(system: str) -> float:
    command = [sys.executable, __file__, *sys.argv[1:], "--system", system]
    # The command is this very file with our own arguments.
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    figure: float = json.loads(output)["us_per_tick"]
    return figure


if __name__ == "__main__":
    main()
