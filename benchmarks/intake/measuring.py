"""One measurement: so many PCs, so many connections, one shape."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from intake.bare import updates_per_second
from intake.load import Demand, loading
from intake.serving import serving
from intake.shapes import Shape


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    engine: str
    pcs: int
    shape: Shape
    connections: int
    seconds: float


@dataclass(frozen=True)
class Result:
    """What came of it."""

    engine: str
    pcs: int
    shape: Shape
    connections: int
    per_second: float
    processor_time: float = 0.0
    """Of the service for one keep-alive, in microseconds."""
    latencies: list[float] = field(default_factory=list)
    """In milliseconds: half of the answers took less than the first, 99 % than the second."""
    sender_busy: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)


def measure(plan: Plan, url: str, folder: Path) -> Result:
    """Measure; the service has a processor of its own where there are two."""
    ours, theirs = (0, 1) if (os.cpu_count() or 1) > 1 else (None, None)
    if plan.shape is Shape.BARE:
        rate = updates_per_second(url, plan.pcs, plan.seconds, ours)
        return Result(plan.engine, plan.pcs, plan.shape, 0, rate)
    warm_up = plan.seconds / 4
    demand = (plan.pcs, plan.connections, plan.seconds, warm_up, theirs)
    with serving(url, folder, plan.shape, ours) as service:
        before = service.processor_time()
        with loading(Demand(service.port, *demand)) as pipe:
            load = pipe.recv()
        used = service.processor_time() - before
    share = load.seconds / (load.seconds + warm_up)
    answered = sum(load.answers.values())
    return Result(
        plan.engine,
        plan.pcs,
        plan.shape,
        plan.connections,
        load.per_second,
        processor_time=used * share / answered * 1e6 if answered else 0.0,
        latencies=[load.quantile(0.5), load.quantile(0.99)],
        sender_busy=load.busy,
        answers={str(status): number for status, number in sorted(load.answers.items())},
    )
