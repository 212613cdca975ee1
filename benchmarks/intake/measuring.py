"""One measurement: so many PCs, so many connections, one shape."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from intake.bare import updates_per_second
from intake.one_by_one import take_one_by_one
from intake.shapes import Shape
from serving.closed_loop import Demand, load
from serving.process import serving
from serving.services import ServicePlace, login_order
from serving.traffic import KeepAlives


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    engine: str
    pcs: int
    shape: Shape
    connections: int
    seconds: float
    round: int = 0
    """Shapes take turns, so many times."""

    @property
    def step(self) -> tuple[str, int, Shape, int, int]:
        """What tells its result from all others."""
        return self.engine, self.pcs, self.shape, self.connections, self.round


@dataclass(frozen=True)
class Result:
    """What came of it."""

    engine: str
    pcs: int
    shape: Shape
    connections: int
    round: int
    per_second: float
    processor_time: float = 0.0
    """Of the service for one keep-alive, in microseconds."""
    latencies: list[float] = field(default_factory=list)
    """In milliseconds: half of the answers took less than the first, 99 % than the second."""
    sender_busy: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)
    """HTTP status and how often it was answered."""

    @property
    def step(self) -> tuple[str, int, Shape, int, int]:
        """Which measurement it is."""
        return self.engine, self.pcs, self.shape, self.connections, self.round


def measure(plan: Plan, url: str, folder: Path, uvloop: Path | None) -> Result:
    """Measure; the service has a processor of its own where there are two."""
    ours, theirs = (0, 1) if (os.cpu_count() or 1) > 1 else (None, None)
    if plan.shape is Shape.BARE:
        rate = updates_per_second(url, plan.pcs, plan.seconds, ours)
        return Result(plan.engine, plan.pcs, plan.shape, plan.connections, plan.round, rate)
    change = take_one_by_one if plan.shape.is_one_by_one else None
    order = login_order(ServicePlace(url, folder), {}, change)
    on_uvloop = uvloop if plan.shape.is_on_uvloop else None
    with serving(replace(order, core=ours, uvloop=on_uvloop)) as service:
        target = (service.port, service.pid, KeepAlives(plan.pcs))
        measured = load(Demand(*target, plan.connections, plan.seconds, core=theirs))
    noted = measured.load
    answered = sum(noted.answers.values())
    return Result(
        plan.engine,
        plan.pcs,
        plan.shape,
        plan.connections,
        plan.round,
        measured.per_second,
        processor_time=measured.processor_time / answered * 1e6 if answered else 0.0,
        latencies=[noted.quantile(0.5), noted.quantile(0.99)],
        sender_busy=measured.busy,
        answers={str(status): number for status, number in sorted(noted.answers.items())},
    )
