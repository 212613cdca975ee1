"""Annotations that are texts are understood like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from dishka import FromComponent, FromDishka, Provider, Scope

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, OptionsMonitor
from loopjobs.testing import FakeClock

NewBuilder = Callable[..., HostBuilder]

seen: list[object] = []


class Engine: ...


class OwnOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    size: int = 1


@dataclass
class Job:
    engine: Engine
    options: OwnOptions
    monitor: OptionsMonitor[OwnOptions]
    other: Annotated[Engine, FromComponent("other")]

    async def execute(self, ct: CancellationToken, engine: FromDishka[Engine]) -> None:
        seen.append((engine is self.engine, self.options.size, self.monitor.current.size))
        seen.append(self.other is self.engine)


async def run_job(ct: CancellationToken, options: FromDishka[OwnOptions]) -> None:
    seen.append(options.size)


async def test_jobs_of_a_module_with_string_annotations(
    new_builder: NewBuilder, clock: FakeClock
) -> None:
    """Class and function, constructor and execute, options and components."""
    seen.clear()
    own, other = Provider(scope=Scope.APP), Provider(scope=Scope.APP, component="other")
    own.provide(Engine)
    other.provide(Engine)
    builder = new_builder({"run_job": {"Size": 3}}).add_provider(own, other)
    builder.add_loop_job(Job, OwnOptions).add_loop_job(run_job, OwnOptions)
    async with builder.build():
        await clock.advance(0)
    assert seen == [(True, 1, 1), False, 3]
