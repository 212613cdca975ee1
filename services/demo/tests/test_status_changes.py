"""How the demonstration reads what the service has written down."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

import login.storage
from login.domain.pc import PcStatus, Registration, StatusReason
from login.domain.pc_credential import PcCredential
from login.domain.staleness import StaleRule
from login.storage.pc_repository import SqlPcRepository
from login.storage.provisioning import SqlPcProvisioning
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from loopjobs_demo.status_changes import Headcount, StatusChanges
from servicekit.database import Database, DatabaseOptions, MigrationService, Revisions
from servicekit.mac import MacAddress

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MAC = MacAddress("0200000000aa")
OWN = PcCredential("lpc_own")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    options = DatabaseOptions(url=SecretStr(f"sqlite+aiosqlite:///{tmp_path}/login.db"))
    revisions = Revisions.of(login.storage)
    async with Database(options) as database:
        await MigrationService(database, revisions, FakeClock()).start()
        await SqlPcRepository(database).register(
            Registration(MAC, "lab-01"), OWN, "client:labs", NOON
        )
        yield database


def _later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def _sweep(database: Database, now: datetime) -> None:
    store = SqlSweepStore(database)
    rule = StaleRule(cutoff=now - timedelta(seconds=6), latest_credible=now)
    ids = [pc.id for pc in await store.candidates(rule, 0, 10)]
    await store.mark_offline(ids, rule, now)


async def test_silence_and_return_are_told_once_each(database: Database) -> None:
    """A change says how long the PC was silent, its return how long it was offline."""
    changes = StatusChanges(database)
    assert not await changes.take_new()
    await _sweep(database, _later(7))
    (gone,) = await changes.take_new()
    await SqlPcRepository(database).keep_alive(MAC, OWN, _later(20))
    (back,) = await changes.take_new()
    assert (gone.hostname, gone.mac, gone.status) == ("lab-01", MAC, PcStatus.OFFLINE)
    assert not back.is_arrival
    assert (gone.reason, gone.unheard_for, gone.offline_for) == (StatusReason.SWEEP, 7.0, None)
    assert (back.status, back.reason) == (PcStatus.ONLINE, StatusReason.KEEP_ALIVE)
    assert back.offline_for == 13.0
    assert not await changes.take_new()


async def test_a_quick_return_hides_how_long_the_silence_was(database: Database) -> None:
    """When the PC was heard again before we looked, nobody knows, and nothing is made up."""
    await _sweep(database, _later(7))
    await SqlPcRepository(database).keep_alive(MAC, OWN, _later(7.1))
    gone, back = await StatusChanges(database).take_new()
    assert gone.unheard_for is None
    assert back.offline_for == pytest.approx(0.1)


async def test_a_first_arrival_is_no_return(database: Database) -> None:
    """A PC that was listed, and comes for the first time, was never gone."""
    mac, credential = MacAddress("0200000000bb"), PcCredential("lpc_other")
    asked = Registration(mac, "lab-02")
    await SqlPcProvisioning(database).put(asked, "client:provisioning", NOON)
    changes = StatusChanges(database)
    assert await changes.count() == Headcount(online=1, offline=1)
    await changes.take_new()
    await SqlPcRepository(database).register(asked, credential, "client:labs", _later(3))
    (came,) = await changes.take_new()
    assert came.is_arrival
    assert came.offline_for is None


async def test_pcs_are_counted(database: Database) -> None:
    """Online and offline PCs count, removed ones do not."""
    changes, pcs = StatusChanges(database), SqlPcRepository(database)
    asked = Registration(MacAddress("0200000000bb"), "lab-02")
    other, _ = await pcs.register(asked, PcCredential("lpc_other"), "client:labs", NOON)
    assert await changes.count() == Headcount(online=2, offline=0)
    await pcs.go_offline(MAC, OWN, NOON)
    assert await changes.count() == Headcount(online=1, offline=1)
    await pcs.remove(other.id, "user:7", NOON)
    assert await changes.count() == Headcount(online=0, offline=1)


async def test_an_empty_service_has_nobody(database: Database) -> None:
    """Before the first registration the count is zero, not nothing."""
    await SqlPcRepository(database).remove(1, "user:7", NOON)
    assert await StatusChanges(database).count() == Headcount()
