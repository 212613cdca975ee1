"""On real time the store answers from a thread, and the event loop goes on meanwhile."""

import asyncio
from typing import Final

from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    HostBuilder,
    LeaseStoreSource,
    LoopJobOptions,
    RunAgain,
    SystemClock,
)
from loopjobs.testing import MemoryLeases

_SOON: Final = 5.0
"""Seconds within which it surely has happened; no test waits for them."""


async def test_a_backlog_is_run_again_at_once_although_the_lease_is_still_given_back() -> None:
    """The next run does not fall into the call that ends the last one."""
    clock, done, backlog = SystemClock(), asyncio.Event(), [3]

    async def sweep(ct: CancellationToken) -> RunAgain | None:
        backlog[0] -= 1
        if backlog[0]:
            return RunAgain(after=0.0)
        done.set()
        return None

    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: MemoryLeases(clock), provides=LeaseStoreSource)
    builder = HostBuilder(
        settings_files=(),
        settings={
            "Host": {"TimerSlackInMilliseconds": 0},
            "sweep": {"IntervalInSeconds": 3600, "RunOn": "OneReplica"},
        },
        clock=clock,
    )
    builder.add_provider(provider).add_loop_job(sweep, LoopJobOptions, name="sweep")
    async with builder.build() as host:
        async with asyncio.timeout(_SOON):
            await done.wait()
        assert host.jobs["sweep"].status().ledger.skipped_lease_unavailable == 0
