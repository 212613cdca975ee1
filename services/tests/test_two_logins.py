"""Two replicas of Login on one database: each slot once, whatever becomes of either."""

import os
import signal
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, insert, select, text

import login.storage
from login.storage.models import PcRow, PcStatusEventRow
from loopjobs import SystemClock
from servicekit.database import Database, Revisions
from servicekit.testing import RunningCommand
from servicekit.testing.fixtures import on_postgresql, on_sqlite

from .replicas import Replicas, has_run, of, two_of
from .traps import Spot, trap
from .victims import MakeVictim, Victim, comes_to, until

pytestmark = pytest.mark.smoke

SWEEP: Final = "PcKeepAliveJob"
QUICK: Final = "HistoryCleanupJob"
INTERVAL: Final = 0.5
RUNS: Final = 2
SLOWNESS: Final = 10.0
"""Seconds that a busy machine may take for what takes none."""
LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)

_LATEST_CLAIM: Final = {
    True: "SELECT token, grid_due FROM loopjobs_leases WHERE job = :job",
    False: "SELECT fencing_token, extract(epoch FROM grid_due_at) FROM loopjobs_leases"
    " WHERE job = :job",
}
_END_LEASE_CONNECTIONS: Final = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'loopjobs leases' AND datname = current_database()"
)
_WAITING: Final = text(
    "SELECT count(*) FROM pg_locks WHERE relation = 'pcs'::regclass AND NOT granted"
)


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(login.storage)


@pytest.fixture
def victim(make_victim: MakeVictim, tmp_path: Path) -> Victim:
    quick = {"IntervalInSeconds": INTERVAL, "InitialDelayInSeconds": 0}
    settings = {
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "History": {"WriteIntervalInSeconds": 0.05},
        SWEEP: {"IntervalInSeconds": 1, "BatchSize": 10, "LeaseInSeconds": 1},
        QUICK: {**quick, "StartJitterInSeconds": 0, "RunOn": "OneReplica", "LeaseInSeconds": 5},
    }
    return make_victim("login.cli:main", settings)


async def add_silent_pcs(database: Database, count: int) -> None:
    """Add PCs that are to go offline."""
    rows = [
        {
            "id": number,
            "mac": f"02{number:010x}",
            "hostname": f"pc-{number}",
            "status": 1,
            "status_reason": "keep_alive",
            "status_changed_at": LONG_AGO,
            "last_keep_alive_at": LONG_AGO,
            "created_at": LONG_AGO,
            "updated_at": LONG_AGO,
        }
        for number in range(1, count + 1)
    ]
    async with database.writing() as session:
        await session.execute(insert(PcRow), rows)


async def count_offline(database: Database) -> int:
    async with database.reading() as session:
        statement = select(func.count()).select_from(PcRow).where(PcRow.status == 0)
        return await session.scalar(statement) or 0


async def latest_claim(database: Database) -> tuple[int, float]:
    """Return the newest token of the quick job, and the slot after the one it was given for."""
    statement = text(_LATEST_CLAIM[database.is_sqlite])
    async with database.reading() as session:
        token, due = (await session.execute(statement, {"job": QUICK})).one()
    return token, float(due)


async def test_each_slot_is_run_once(victim: Victim, database: Database) -> None:
    """No more runs than slots, by the store's own count; also if all lease connections are cut."""
    with two_of(victim) as replicas:
        await until(has_run(replicas, QUICK, RUNS))
        first, due_first = await latest_claim(database)
        if not database.is_sqlite:
            async with database.changing_schema() as connection:
                await connection.execute(_END_LEASE_CONNECTIONS)
        runs = await replicas.runs(QUICK)
        await until(has_run(replicas, QUICK, len(runs) + RUNS))
        runs = await replicas.runs(QUICK)
        assert {run.outcome for run in runs if not run.is_lost} == {"succeeded"}
        for command in replicas.commands:
            assert command.end(signal.SIGTERM) == 0, command.text
        runs = await replicas.runs(QUICK)
    last, due_last = await latest_claim(database)
    tokens = [run.token or 0 for run in runs]
    assert len(set(tokens)) == len(tokens)
    between = [token for token in tokens if first < token <= last]
    assert 0 < len(between) <= round((due_last - due_first) / INTERVAL), (runs, due_first, due_last)


@on_sqlite
async def test_where_every_replica_runs_it_both_do(victim: Victim) -> None:
    """What the test before would see without leases: each runs its own slots, and has no token."""
    quick = victim.settings[QUICK]
    assert isinstance(quick, dict)
    quick["RunOn"] = "EveryReplica"
    with two_of(victim) as replicas:
        for command in replicas.commands:
            await until(has_run(replicas, QUICK, 2, of(command)))
        assert {run.token for run in await replicas.runs(QUICK)} == {None}


async def holder_of_sweep(replicas: Replicas) -> RunningCommand:
    holder = await replicas.holder(SWEEP)
    assert holder is not None
    return holder


async def test_who_is_killed_is_followed(victim: Victim, database: Database) -> None:
    """Killed in the sixth batch of ten; the other finishes, and each PC goes offline once."""
    clock = SystemClock()
    offline = partial(count_offline, database)
    with two_of(victim) as replicas:
        async with trap(database, Spot("pcs", "UPDATE", "id", 55)):
            await add_silent_pcs(database, 100)
            await until(comes_to(50, offline))
            killed = await holder_of_sweep(replicas)
            killed.kill()
            began = clock.monotonic()
            victim.end_connections()
        await until(comes_to(100, offline))
        assert clock.monotonic() - began < 1.5 + SLOWNESS
        heir = replicas.other(killed)
        await until(has_run(replicas, SWEEP, 1, lambda run: run.marked > 0))
        assert {run.pid for run in await replicas.runs(SWEEP) if run.marked} == {heir.pid}
        assert heir.end(signal.SIGTERM) == 0, heir.text
    async with database.reading() as session:
        events = await session.scalars(select(PcStatusEventRow.pc_id))
        assert sorted(events) == list(range(1, 101))


@on_postgresql
async def test_who_is_stopped_past_its_lease_writes_nothing_any_more(
    victim: Victim, database: Database
) -> None:
    """Stopped between its look and its writes; the other runs; what is continued fails."""

    async def is_waiting() -> bool:
        async with database.reading() as session:
            return bool(await session.scalar(_WAITING))

    with two_of(victim) as replicas:
        await add_silent_pcs(database, 10)
        async with database.changing_schema() as connection:
            await connection.execute(text("UPDATE pcs SET status = 1, offline_start_time = NULL"))
            await connection.execute(text("LOCK TABLE pcs IN ACCESS EXCLUSIVE MODE"))
            await until(is_waiting)
            stopped = await holder_of_sweep(replicas)
            os.kill(stopped.pid, signal.SIGSTOP)
        heir = replicas.other(stopped)
        await until(comes_to(10, partial(count_offline, database)))
        await until(has_run(replicas, SWEEP, 1, of(heir)))
        os.kill(stopped.pid, signal.SIGCONT)
        is_late = of(stopped)
        await until(has_run(replicas, SWEEP, 1, lambda run: is_late(run) and run.is_lost))
        runs = await replicas.runs(SWEEP)
        lost = next(run for run in runs if is_late(run) and run.is_lost)
        assert (lost.outcome, lost.marked) == ("failed", 0)
        assert any(run.marked == 10 for run in runs[runs.index(lost) + 1 :] if of(heir)(run))
        for command in replicas.commands:
            assert command.end(signal.SIGTERM) == 0, command.text
