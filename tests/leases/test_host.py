"""A host whose settings say where its leases are: real stores, threads and time."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import pytest
from redis import Redis

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, current_run
from loopjobs.leases import add_leases

from .conftest import Places

Until: TypeAlias = Callable[[Callable[[], bool]], Awaitable[None]]


class DailyOptions(LoopJobOptions):
    interval_in_seconds: float = 86_400


@pytest.mark.smoke
@pytest.mark.parametrize("kind", ["redis", "sqlite"])
async def test_of_two_hosts_one_runs_the_slot(places: Places, kind: str, until: Until) -> None:
    """The other stands back; both leave nothing open."""
    tokens = []
    if kind == "redis":
        with Redis.from_url(places(kind)) as control:
            # Otherwise the first job of a namespace waits for one lease.
            control.hset("loopjobs:{host}", "since", 0)

    async def daily(ct: CancellationToken) -> None:
        tokens.append(current_run().fencing_token)

    async with AsyncExitStack() as hosts:
        jobs = []
        for _ in range(2):
            settings = {
                "Leases": {"Url": places(kind), "Namespace": "host"},
                "daily": {"RunOn": "OneReplica"},
            }
            builder = add_leases(HostBuilder(settings_files=(), settings=settings))
            host = builder.add_loop_job(daily, DailyOptions).build()
            await hosts.enter_async_context(host)
            jobs.append(host.jobs["daily"])
        await until(lambda: sum(job.status().ledger.settled for job in jobs) == 2)
        ledgers = [job.status().ledger for job in jobs]
    assert sorted(ledger.succeeded for ledger in ledgers) == [0, 1]
    assert sorted(ledger.skipped_elsewhere for ledger in ledgers) == [0, 1]
    assert len(tokens) == 1
    assert (tokens[0] or 0) > 1_000_000
