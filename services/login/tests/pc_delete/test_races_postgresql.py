"""Two transactions at once, which only PostgreSQL has, in both orders."""

import asyncio
from datetime import timedelta
from typing import TypeAlias

import pytest
from sqlalchemy import insert, text, update

from login.domain.errors import PcNotFoundError
from login.domain.retirement_ports import Stamp
from login.domain.retirement_rule import RetirementAges, RetirementRule
from login.storage.changes import heard
from login.storage.models import AuthSessionRow, PcRow
from login.storage.pc_repository import SqlPcRepository
from login.storage.retirement_store import SqlRetirementStore
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.testing import until_somebody_waits
from servicekit.testing.fixtures import on_postgresql

from ..fleet import credential_of  # noqa: TID252 - tests are no package that could be named
from .lab import ADMIN, DAY, Lab
from .open_transaction import OpenTransaction

pytestmark = on_postgresql

Terms: TypeAlias = tuple[RetirementRule, Stamp]
"""On which a run retires and purges."""

CHILDREN = {"pc_status_events": 3, "auth_sessions": 1, "refresh_tokens": 1}


@pytest.fixture
def terms(clock: FakeClock) -> Terms:
    return RetirementAges().draw_the_lines(clock.now()), Stamp(clock.now(), "run-1")


@pytest.fixture
def theirs(other: Database) -> SqlPcRepository:
    """The endpoints, in another process."""
    return SqlPcRepository(other)


async def add_full(lab: Lab, ago: timedelta) -> int:
    (pc_id,) = await lab.add_retired(ago)
    await lab.add_events(pc_id, 3)
    await lab.add_session(pc_id, expires_in=-DAY)
    return pc_id


async def test_a_retirement_that_meets_a_keep_alive_passes_over_the_pc(
    lab: Lab, store: SqlRetirementStore, other: Database, terms: Terms, clock: FakeClock
) -> None:
    """The keep-alive holds the row uncommitted; the job does not wait and retires the others."""
    first, second = await lab.add(2)
    async with other.writing() as keep_alive:
        await keep_alive.execute(update(PcRow).where(PcRow.id == first).values(heard(clock.now())))
        assert await store.retire([first, second], *terms) == 1
    assert (await lab.live(), await lab.retired()) == ([first], [second])
    assert await lab.audit() == [("pc.retired", second)]


async def test_a_keep_alive_that_waits_for_a_retirement_brings_the_pc_back(
    lab: Lab, database: Database, theirs: SqlPcRepository, terms: Terms, clock: FakeClock
) -> None:
    """The job holds the row uncommitted, the keep-alive waits, both commit: online."""
    (pc_id,) = await lab.add()
    mac = await lab.mac(pc_id)
    async with OpenTransaction(database) as open_database:
        assert await SqlRetirementStore(open_database).retire([pc_id], *terms) == 1
        keep_alive = asyncio.create_task(theirs.keep_alive(mac, credential_of(pc_id), clock.now()))
        await until_somebody_waits(lab.database)
    await keep_alive
    assert await lab.live() == [pc_id]
    assert ("pc.retired", pc_id) in await lab.audit()


async def test_case_09_a_purge_that_meets_a_restoration_passes_over_the_pc(
    lab: Lab, store: SqlRetirementStore, other: Database, terms: Terms, clock: FakeClock
) -> None:
    """The restoration holds the row uncommitted: neither the PC nor its rows are touched."""
    pc_id = await add_full(lab, 31 * DAY)
    async with OpenTransaction(other) as open_other:
        await SqlPcRepository(open_other).restore(pc_id, ADMIN, clock.now())
        assert await store.purge([pc_id], *terms) == 0
        assert not await store.claim(pc_id, *terms)
    assert await lab.live() == [pc_id]
    assert await lab.children() == CHILDREN


async def test_case_09_a_restoration_that_waits_for_a_purge_finds_nobody(
    lab: Lab, database: Database, theirs: SqlPcRepository, terms: Terms, clock: FakeClock
) -> None:
    """The job holds the row uncommitted, the restoration waits, both commit: 404, not half a PC."""
    pc_id = await add_full(lab, 31 * DAY)
    async with OpenTransaction(database) as open_database:
        assert await SqlRetirementStore(open_database).purge([pc_id], *terms) == 1
        restoration = asyncio.create_task(theirs.restore(pc_id, ADMIN, clock.now()))
        await until_somebody_waits(lab.database)
    with pytest.raises(PcNotFoundError):
        await restoration
    assert await lab.pcs() == {}


async def test_a_retirement_that_meets_a_sign_in_passes_over_the_pc(
    lab: Lab, store: SqlRetirementStore, other: Database, terms: Terms, clock: FakeClock
) -> None:
    """A session that nobody can see yet keeps its PC all the same."""
    (pc_id,) = await lab.add()
    user_session = await lab.add_session(None, expires_in=DAY)
    user_id = (await lab.session_row(user_session)).user_id
    async with other.writing() as sign_in:
        await sign_in.execute(
            insert(AuthSessionRow).values(
                user_id=user_id,
                pc_id=pc_id,
                created_at=clock.now(),
                last_used_at=clock.now(),
                expires_at=clock.now() + DAY,
                absolute_expires_at=clock.now() + DAY,
            )
        )
        assert await store.retire([pc_id], *terms) == 0
    assert await store.retire([pc_id], *terms) == 0
    assert await lab.live() == [pc_id]


async def test_two_runs_share_the_work_in_any_order(
    lab: Lab, store: SqlRetirementStore, other: Database, terms: Terms
) -> None:
    """Overlapping batches in opposite orders: no deadlock, each PC once."""
    live = await lab.add(100)
    retired = await lab.add_retired(31 * DAY, 100)
    for pc_id in retired[:20]:
        await lab.add_session(pc_id, expires_in=-DAY, tokens=3)
    stores = [store, SqlRetirementStore(other)] * 2
    counts = await asyncio.gather(
        *(at.retire(live[:: 1 - 2 * (turn % 2)], *terms) for turn, at in enumerate(stores)),
        *(at.purge(retired[:: 1 - 2 * (turn % 2)], *terms) for turn, at in enumerate(stores)),
    )
    assert sum(counts) == len(await lab.audit()) == len(set(await lab.audit())) == 200
    assert await lab.retired() == live


async def test_a_run_goes_around_the_rows_of_another(
    lab: Lab, store: SqlRetirementStore, other: Database, terms: Terms
) -> None:
    """While one run holds half of the PCs, another takes the rest without waiting."""
    live = await lab.add(4)
    async with other.writing() as session:
        await session.execute(text("SELECT id FROM pcs WHERE id <= 2 FOR UPDATE"))
        assert await store.retire(live, *terms) == 2
    assert await lab.live() == [1, 2]
