"""One replica: a process with a host that has one job, run once in the cluster."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from dishka import Provider, Scope

from chaos.bodies import body_of
from chaos.journal import Deed, Journal
from chaos.passing_store import PassingSource
from chaos.plan import JOB, LeftOut, Plan
from chaos.skewed_clock import SkewedClock
from chaos.weakening import weakened
from chaos.witness import WitnessedStore
from loopjobs import (
    CancellationToken,
    Host,
    HostBuilder,
    LeaseStoreSource,
    LoopJobOptions,
    SystemClock,
    current_run,
)
from loopjobs.leases import add_leases

_CLOCK: Final = SystemClock()


@dataclass(frozen=True, slots=True)
class Built:
    """A host that has not started, and where its replica notes what it does."""

    host: Host
    journal: Journal


def serve(plan: Plan) -> None:
    """Be a replica until a signal comes; the target of a process."""
    run(built(plan), plan.replica)


def run(parts: Built, replica: str) -> None:
    """Be a replica of that name, in a process that was forked with everything built."""
    # The end of a shell would continue what is stopped among its processes.
    os.setsid()
    # Not the handler of whoever has forked this.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)
    parts.journal.become(replica)
    parts.journal.note(Deed.READY)
    parts.host.run()


def built(plan: Plan) -> Built:
    """Build a replica; nothing of it runs."""
    journal = Journal(plan.journal, _CLOCK, plan.replica)
    is_stopping = threading.Event()
    work = body_of(plan, journal)

    async def probe(ct: CancellationToken) -> None:
        token = current_run().fencing_token or 0
        journal.note(Deed.STARTED, token)
        with _told(ct, is_stopping):
            try:
                await work()
            except asyncio.CancelledError:
                journal.note(Deed.CANCELLED, token)
                raise
        journal.note(Deed.ENDED, token)

    def witness(source: LeaseStoreSource) -> LeaseStoreSource:
        seen = PassingSource(source, lambda store: WitnessedStore(store, journal, _CLOCK))
        return weakened(seen, plan, is_stopping)

    provider = Provider(scope=Scope.APP)
    provider.decorate(witness, provides=LeaseStoreSource)
    clock = SkewedClock(
        plan.ahead,
        plan.rate,
        is_still_when_frozen=plan.left_out is LeftOut.TIME_WHILE_FROZEN,
    )
    builder = HostBuilder(settings_files=(), settings=_settings(plan), clock=clock)
    add_leases(builder).add_provider(provider).add_loop_job(probe, LoopJobOptions, name=JOB)
    return Built(builder.build(), journal)


def _settings(plan: Plan) -> dict[str, object]:
    job = {
        "IntervalInSeconds": plan.interval,
        "LeaseInSeconds": plan.lease,
        "RunOn": "OneReplica",
        "WhenLeaseUnavailable": plan.when_unavailable,
    }
    leases = {"Url": plan.url, "Namespace": plan.namespace}
    return {"Host": {"ShutdownTimeoutInSeconds": plan.patience}, "Leases": leases, JOB: job}


@contextmanager
def _told(ct: CancellationToken, is_stopping: threading.Event) -> Iterator[None]:
    """Tell a thread when the host is asked to end."""

    async def tell() -> None:
        await ct.wait()
        is_stopping.set()

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
