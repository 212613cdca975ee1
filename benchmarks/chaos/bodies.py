"""What the job of a replica does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final, TypeAlias

import psycopg

from chaos.journal import Deed, Journal
from chaos.plan import Plan, Work
from loopjobs import LeaseLostError, SystemClock, current_run

Body: TypeAlias = Callable[[], Awaitable[None]]
_Does: TypeAlias = Callable[[Plan, Journal], Awaitable[None]]

_CLOCK: Final = SystemClock()
_END_NO_IDLE_TRANSACTION: Final = "SET LOCAL idle_in_transaction_session_timeout = 0"


def body_of(plan: Plan, journal: Journal) -> Body:
    """Return what a plan says."""
    wait_for_ever = partial(_wait_fenced, then=_END_NO_IDLE_TRANSACTION)
    bodies: dict[Work, _Does] = {
        Work.STEPS: _steps,
        Work.IGNORES: _ignores,
        Work.BLOCKS: _blocks,
        Work.WRITES: _in_thread(_write),
        Work.WRITES_FENCED: _in_thread(_write_fenced),
        Work.WAITS_FENCED: _in_thread(_wait_fenced),
        Work.WAITS_FENCED_FOR_EVER: _in_thread(wait_for_ever),
    }
    return partial(bodies[plan.work], plan, journal)


def _in_thread(does: Callable[[Plan, Journal], None]) -> _Does:
    async def in_thread(plan: Plan, journal: Journal) -> None:
        await asyncio.to_thread(does, plan, journal)

    return in_thread


async def _steps(plan: Plan, journal: Journal) -> None:
    token = current_run().fencing_token or 0
    ends_at = _CLOCK.monotonic() + plan.seconds
    while _CLOCK.monotonic() < ends_at:
        await _CLOCK.sleep(plan.step)
        journal.note(Deed.STEPPED, token)


async def _ignores(plan: Plan, journal: Journal) -> None:
    token = current_run().fencing_token or 0
    ends_at = _CLOCK.monotonic() + plan.seconds
    while _CLOCK.monotonic() < ends_at:
        with suppress(asyncio.CancelledError):
            await _CLOCK.sleep(plan.step)
        journal.note(Deed.STEPPED, token)


async def _blocks(plan: Plan, journal: Journal) -> None:
    time.sleep(plan.seconds)  # noqa: ASYNC251 - the fault
    journal.note(Deed.STEPPED, current_run().fencing_token or 0)


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


def _wait_fenced(plan: Plan, journal: Journal, then: str = "") -> None:
    run = current_run()
    token = run.fencing_token or 0
    try:
        with psycopg.connect(plan.database) as connection:
            run.fenced(connection)
            if then:
                connection.execute(then.encode())
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
