"""A sweep whose lease another replica has by now changes nothing any more."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from dishka import Provider, Scope

from login.app import build_host_builder
from login.domain.pc_counts import PcCounts
from login.domain.ports import SweepStore
from login.domain.staleness import StaleRule
from login.storage.sweep_store import SqlSweepStore
from loopjobs import (
    ClaimRequest,
    Declined,
    Granted,
    Lease,
    LeaseEnd,
    LeaseStoreSource,
    Outcome,
    RunRecord,
    SystemClock,
    current_run,
)
from servicekit.database import Database

from .fleet import OFFLINE, ONLINE, Fleet

HOUR = 3_600.0


@pytest.fixture
def fleet(database: Database) -> Fleet:
    """In real time: this is about a whole service."""
    return Fleet(database, SystemClock())


def take_over(leases: LeaseStoreSource) -> None:
    """Let another replica have the lease of the present run."""
    run = current_run()
    request = ClaimRequest(job=run.job, holder="another", interval=60, seconds=15, is_by_hand=True)
    store = leases.connect(5)
    held = store.claim(request)
    assert isinstance(held, Declined)
    lease = Lease(run.job, held.holder or "", run.fencing_token or 0, 15)
    store.finish(lease, LeaseEnd(Outcome.ABANDONED))
    assert isinstance(store.claim(request), Granted)
    store.close()


class OvertakenStore(SqlSweepStore):
    """Another replica takes over just before the first write."""

    def __init__(self, database: Database, leases: LeaseStoreSource) -> None:
        super().__init__(database)
        self._leases = leases
        self._is_overtaken = False

    async def mark_offline(self, ids: Sequence[int], rule: StaleRule, now: datetime) -> int:
        if not self._is_overtaken:
            self._is_overtaken = True
            take_over(self._leases)
        return await super().mark_offline(ids, rule, now)


async def sweep(
    url: str, folder: Path, store: type[SqlSweepStore], **settings: object
) -> RunRecord:
    """Run the job once in the whole service."""
    sections = {
        "Database": {"Url": url},
        "Tokens": {"KeysDirectory": str(folder / "keys")},
        **settings,
    }
    builder = build_host_builder(settings_files=[], settings=sections)
    provider = Provider(scope=Scope.APP)
    provider.provide(store, provides=SweepStore)
    # dishka leaves no default to a constructor that it reads.
    provider.provide(PcCounts, provides=PcCounts | None)
    return await builder.add_provider(provider).build().run_once("PcKeepAliveJob")


@pytest.mark.parametrize(("store", "status"), [(OvertakenStore, ONLINE), (SqlSweepStore, OFFLINE)])
async def test_an_overtaken_sweep_commits_nothing(
    database_url: str,
    fleet: Fleet,
    tmp_path: Path,
    store: type[SqlSweepStore],
    status: int,
) -> None:
    """It fails at its next write, and does not go on PC by PC; the newest one writes."""
    await fleet.add(HOUR, HOUR)
    record = await sweep(database_url, tmp_path, store)
    assert await fleet.statuses() == [status, status]
    is_overtaken = store is OvertakenStore
    assert (record.outcome is Outcome.FAILED) is is_overtaken
    assert ("LeaseLostError" in (record.error or "")) is is_overtaken
    assert (record.reported or {})["failed"] == 0


async def test_with_leases_elsewhere_it_would(
    database_url: str, fleet: Fleet, tmp_path: Path
) -> None:
    """Only the database that has the leases knows whose is the newest."""
    await fleet.add(HOUR)
    elsewhere = {"Url": f"sqlite:///{tmp_path / 'leases.db'}"}
    record = await sweep(database_url, tmp_path, OvertakenStore, Leases=elsewhere)
    assert await fleet.statuses() == [OFFLINE]
    assert record.outcome is Outcome.SUCCEEDED


async def test_the_same_database_by_another_name_is_the_same(
    database_url: str, fleet: Fleet, tmp_path: Path
) -> None:
    """Neither the driver nor the spelling makes it another place."""
    await fleet.add(HOUR)
    same = {"Url": database_url.replace("+psycopg", "").replace("+aiosqlite", "")}
    record = await sweep(database_url, tmp_path, OvertakenStore, Leases=same)
    assert await fleet.statuses() == [ONLINE]
    assert record.outcome is Outcome.FAILED


async def test_where_every_replica_sweeps_nothing_is_fenced(
    database_url: str, fleet: Fleet, tmp_path: Path
) -> None:
    """The settings can say so, for a single replica; then there is no lease to lose."""
    await fleet.add(HOUR)
    every = {"RunOn": "EveryReplica"}
    record = await sweep(database_url, tmp_path, SqlSweepStore, PcKeepAliveJob=every)
    assert await fleet.statuses() == [OFFLINE]
    assert record.outcome is Outcome.SUCCEEDED
