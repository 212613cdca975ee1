"""Keep-alives that arrive at the same time, and share a transaction."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from login.domain.errors import CredentialUnknownError, PcRemovedError
from login.domain.pc import RemovedBy, StatusReason
from login.domain.pc_credential import PcCredential
from login.domain.staleness import StaleRule
from login.storage.changes import fallen_silent
from login.storage.models import PcRow
from login.storage.pc_repository import SqlPcRepository
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.faults import StoreUnavailableError
from servicekit.testing import until_somebody_waits
from servicekit.testing.fixtures import Outage, on_postgresql

from .fleet import OFFLINE, ONLINE, Fleet, credential_of, mac_of


class Voices:
    """PCs that speak at the same time."""

    def __init__(self, pcs: SqlPcRepository, clock: FakeClock) -> None:
        self._pcs = pcs
        self._clock = clock

    async def speak(self, *pc_ids: int) -> list[object]:
        """Return what came of each: `None` is good."""
        hearing = (self.one(pc_id) for pc_id in pc_ids)
        return await asyncio.gather(*hearing, return_exceptions=True)

    async def one(self, pc_id: int, credential: PcCredential | None = None) -> None:
        presented = credential or credential_of(pc_id)
        await self._pcs.keep_alive(mac_of(pc_id), presented, self._clock.now())


@pytest.fixture
def voices(pcs: SqlPcRepository, clock: FakeClock) -> Voices:
    return Voices(pcs, clock)


async def test_all_are_heard(fleet: Fleet, voices: Voices, clock: FakeClock) -> None:
    """Those who were offline are online, with an event each; the others have a new instant."""
    await fleet.add(*[100.0] * 20)
    await fleet.add(*[900.0] * 10, status=OFFLINE, offline_since=clock.now())
    assert await voices.speak(*range(1, 31)) == [None] * 30
    assert await fleet.statuses() == [ONLINE] * 30
    rows = [await fleet.row(number) for number in (2, 30)]
    assert [row.last_keep_alive_at for row in rows] == [clock.now()] * 2
    assert [row.version for row in rows] == [1, 2]
    assert sorted(pc_id for pc_id, *_ in await fleet.events()) == list(range(21, 31))


async def test_one_that_is_refused_costs_the_others_nothing(
    fleet: Fleet, voices: Voices, clock: FakeClock
) -> None:
    """An unknown credential, a PC that a person removed, one that a job removed: each its own."""
    await fleet.add(*[100.0] * 6)
    for pc_id, by in ((3, RemovedBy.ADMIN), (4, RemovedBy.JOB)):
        await fleet.execute(
            "UPDATE pcs SET deleted_at = created_at, deleted_by = :by, status = 0 WHERE id = :id",
            by=by.value,
            id=pc_id,
        )
    outcomes = await asyncio.gather(
        *(voices.one(pc_id) for pc_id in range(1, 7)),
        voices.one(6, PcCredential("lpc_guessed")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes[2::4]] == [PcRemovedError, CredentialUnknownError]
    assert outcomes[:2] + outcomes[3:6] == [None] * 5
    assert [(await fleet.row(pc_id)).last_keep_alive_at == clock.now() for pc_id in (2, 4, 6)] == [
        True
    ] * 3
    assert await fleet.audit() == [("pc.restored", "pc:4", 4)]


async def test_a_pc_that_speaks_twice_is_heard_when_it_spoke_last(
    fleet: Fleet, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """In whatever order the two came."""
    await fleet.add(100.0, 100.0)
    now = clock.now()
    moments = [now, now + timedelta(seconds=2), now + timedelta(seconds=1)]
    hearing = (pcs.keep_alive(mac_of(2), credential_of(2), at) for at in moments)
    await asyncio.gather(pcs.keep_alive(mac_of(1), credential_of(1), now), *hearing)
    assert (await fleet.row(2)).last_keep_alive_at == moments[1]


async def test_one_that_the_database_refuses_costs_the_others_nothing(
    fleet: Fleet, voices: Voices, clock: FakeClock
) -> None:
    """A row breaks a constraint: the transaction that they share is as if never begun."""
    await fleet.add(*[900.0] * 4, status=OFFLINE, offline_since=clock.now())
    if fleet.is_sqlite:
        await fleet.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON pcs WHEN NEW.id = 3"
            " BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    else:
        await fleet.execute(
            "ALTER TABLE pcs ADD CONSTRAINT broken CHECK (status <> 1 OR id <> 3) NOT VALID"
        )
    outcomes = await voices.speak(1, 2, 3, 4)
    assert [outcome is None for outcome in outcomes] == [True, True, False, True]
    assert await fleet.statuses() == [ONLINE, ONLINE, OFFLINE, ONLINE]


async def test_a_store_that_is_away_is_away_for_all_of_them(
    fleet: Fleet, voices: Voices, away: Outage
) -> None:
    """None is told that it was heard; when the store is back, all are."""
    await fleet.add(*[100.0] * 5)
    with away():
        outcomes = await voices.speak(*range(1, 6))
    assert all(isinstance(outcome, StoreUnavailableError) for outcome in outcomes)
    assert await voices.speak(*range(1, 6)) == [None] * 5


@on_postgresql
async def test_one_whose_row_is_locked_waits_alone_and_wins(
    fleet: Fleet, database: Database, other: Database, voices: Voices, clock: FakeClock
) -> None:
    """A sweep holds the row of one PC: the others are answered, and the PC is online in the end."""
    await fleet.add(*[301.0] * 5)
    async with other.writing() as sweep:
        await sweep.execute(
            update(PcRow)
            .where(PcRow.id == 3)
            .values(fallen_silent(clock.now(), StatusReason.SWEEP)),
            execution_options={"synchronize_session": False},
        )
        locked = asyncio.create_task(voices.one(3))
        assert await voices.speak(1, 2, 4, 5) == [None] * 4
        await until_somebody_waits(database)
    await locked
    assert await fleet.statuses() == [ONLINE] * 5
    assert [reason for *_, reason in await fleet.events(3)] == ["sweep", "keep_alive"]


async def test_a_sweep_among_them_marks_only_who_is_silent(
    fleet: Fleet, voices: Voices, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """Whoever speaks while the sweep runs is online at the end, in whatever order they came."""
    await fleet.add(*[301.0] * 40)
    rule = StaleRule(cutoff=clock.now() - timedelta(minutes=5), latest_credible=clock.now())
    sweeping = sweep_store.mark_offline(range(1, 41), rule, clock.now())
    outcomes, _ = await asyncio.gather(voices.speak(*range(1, 21)), sweeping)
    assert outcomes == [None] * 20
    assert await fleet.statuses() == [ONLINE] * 20 + [OFFLINE] * 20
