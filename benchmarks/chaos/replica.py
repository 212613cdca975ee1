"""One replica: a process with a host that has one job, run once in the cluster."""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import psycopg
from dishka import Provider, Scope

from chaos.journal import Deed, Journal
from chaos.plan import JOB, Plan, Work
from chaos.skewed_clock import SkewedClock
from chaos.witness import WitnessedLeases
from loopjobs import (
    CancellationToken,
    HostBuilder,
    LeaseLostError,
    LeaseStoreSource,
    LoopJobOptions,
    SystemClock,
    current_run,
)
from loopjobs.leases import add_leases

Body: TypeAlias = Callable[[], Awaitable[None]]

_STEP: Final = 0.02
_CLOCK: Final = SystemClock()


def serve(plan: Plan) -> None:
    """Be a replica until a signal comes; the target of a process."""
    # Not the handler of whoever has forked this.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)
    journal = Journal(plan.journal, _CLOCK, plan.replica)
    work = _works(plan, journal)[plan.work]

    async def probe(_ct: CancellationToken) -> None:
        token = current_run().fencing_token or 0
        journal.note(Deed.STARTED, token)
        try:
            await work()
        except asyncio.CancelledError:
            journal.note(Deed.CANCELLED, token)
            raise
        journal.note(Deed.ENDED, token)

    def witness(source: LeaseStoreSource) -> LeaseStoreSource:
        return WitnessedLeases(source, journal, _CLOCK)

    provider = Provider(scope=Scope.APP)
    provider.decorate(witness, provides=LeaseStoreSource)
    builder = HostBuilder(
        settings_files=(), settings=_settings(plan), clock=SkewedClock(plan.ahead, plan.rate)
    )
    add_leases(builder).add_provider(provider).add_loop_job(probe, LoopJobOptions, name=JOB)
    host = builder.build()
    journal.note(Deed.READY)
    host.run()


def _settings(plan: Plan) -> dict[str, object]:
    job = {
        "IntervalInSeconds": plan.interval,
        "LeaseInSeconds": plan.lease,
        "RunOn": "OneReplica",
    }
    return {"Leases": {"Url": plan.url, "Namespace": plan.namespace}, JOB: job}


def _works(plan: Plan, journal: Journal) -> dict[Work, Body]:
    async def steps() -> None:
        token = current_run().fencing_token or 0
        ends_at = _CLOCK.monotonic() + plan.seconds
        while _CLOCK.monotonic() < ends_at:
            await _CLOCK.sleep(_STEP)
            journal.note(Deed.STEPPED, token)

    async def blocks() -> None:
        time.sleep(plan.seconds)  # noqa: ASYNC251 - the fault
        journal.note(Deed.STEPPED, current_run().fencing_token or 0)

    async def in_thread(write: Callable[[Plan, Journal], None]) -> None:
        await asyncio.to_thread(write, plan, journal)

    return {
        Work.STEPS: steps,
        Work.BLOCKS: blocks,
        Work.WRITES: lambda: in_thread(_write),
        Work.WRITES_FENCED: lambda: in_thread(_write_fenced),
        Work.WAITS_FENCED: lambda: in_thread(_wait_fenced),
    }


def _write(plan: Plan, journal: Journal) -> None:
    token = current_run().fencing_token or 0
    with psycopg.connect(plan.database) as connection:
        journal.note(Deed.ABOUT_TO_WRITE, token)
        time.sleep(plan.seconds)
        _insert(connection, plan.namespace)
    journal.note(Deed.WROTE, token)


def _write_fenced(plan: Plan, journal: Journal) -> None:
    run = current_run()
    token = run.fencing_token or 0
    try:
        with psycopg.connect(plan.database) as connection:
            journal.note(Deed.ABOUT_TO_WRITE, token)
            time.sleep(plan.seconds)
            run.fenced(connection)
            _insert(connection, plan.namespace)
    except LeaseLostError:
        journal.note(Deed.REFUSED, token)
    else:
        journal.note(Deed.WROTE, token)


def _wait_fenced(plan: Plan, journal: Journal) -> None:
    run = current_run()
    token = run.fencing_token or 0
    try:
        with psycopg.connect(plan.database) as connection:
            run.fenced(connection)
            _insert(connection, plan.namespace)
            journal.note(Deed.FENCED, token)
            time.sleep(plan.seconds)
    except (LeaseLostError, psycopg.OperationalError, psycopg.InternalError):
        journal.note(Deed.REFUSED, token)
    else:
        journal.note(Deed.WROTE, token)


def _insert(connection: psycopg.Connection, namespace: str) -> None:
    statement = "INSERT INTO written (namespace, token) VALUES (%s, %s)"
    connection.execute(statement, (namespace, current_run().fencing_token))
