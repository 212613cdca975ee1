"""AdminProvisioning is killed in the middle of a job and started again: nothing is lost."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, true, update

import admin_provisioning.storage
import login.storage
from admin_provisioning.storage.models import BulkJobArchiveRow, BulkJobItemRow, BulkJobRow
from login.storage.models import PcRow
from servicekit.database import Database, DatabaseOptions, Revisions
from servicekit.testing import Templates, running_command

from .traps import Spot
from .victims import MakeVictim, Victim, comes_to

pytestmark = pytest.mark.smoke

JOB: Final = UUID(int=7)
LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)
SECRET: Final = "a-secret-of-more-than-32-characters"
CLIENT: Final = "admin-provisioning"


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(admin_provisioning.storage)


@pytest.fixture
def login_database_url(templates: Templates, database_kind: str) -> Iterator[str]:
    revisions = Revisions.of(login.storage)
    with templates.migrated(database_kind, revisions) as url:
        yield url


@pytest.fixture
def login_url(login_database_url: str, tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "login.json"
    settings = {
        "Database": {"Url": login_database_url},
        "Http": {"Port": 0},
        "Clients": {CLIENT: {"Secret": SECRET, "Scopes": ["pcs:write"]}},
    }
    file.write_text(json.dumps(settings))
    with running_command("login.cli:main", tmp_path, "serve", "--settings", str(file)) as serve:
        yield serve.read_until(r"listening on (http://\S+)")


@pytest.fixture
def victim_of(make_victim: MakeVictim) -> Callable[[str], Victim]:
    """Return what makes a service that speaks with the Login service at a URL."""

    def make(login_url: str) -> Victim:
        settings = {
            "Login": {"Url": login_url, "ClientId": CLIENT, "ClientSecret": SECRET},
            "BulkJobWorker": {"IntervalInSeconds": 0.5, "ChunkSize": 10},
            "BulkJobCleanup": {
                "IntervalInSeconds": 10,
                # At once after the kill: in the cluster the slot is spent, and the next one late.
                "RunOn": "EveryReplica",
                "StartJitterInSeconds": 0,
                "ItemBatchSize": 10,
                "KeepLastPerOwner": 0,
            },
        }
        return make_victim("admin_provisioning.cli:main", settings)

    return make


async def add_job(database: Database, state: str, **columns: object) -> None:
    """Add a job of a hundred PCs."""
    job = {
        "id": JOB,
        "kind": "pc_import",
        "state": state,
        "owner_id": "user:1",
        "request_hash": bytes(32),
        "total_count": 100,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    items = [
        {
            "job_id": JOB,
            "row_no": number,
            "payload": {"mac": f"02{number:010x}", "hostname": f"pc-{number}"},
            "state": "pending" if state == "queued" else "succeeded",
        }
        for number in range(1, 101)
    ]
    async with database.writing() as session:
        await session.execute(insert(BulkJobRow), [job | columns])
        await session.execute(insert(BulkJobItemRow), items)


async def test_a_list_whose_worker_is_killed_is_finished(
    victim_of: Callable[[str], Victim],
    database: Database,
    login_url: str,
    login_database_url: str,
) -> None:
    """Killed while it wrote its sixth chunk: the list is done, each PC was created once."""
    victim = victim_of(login_url)
    await add_job(database, "queued")

    async def done() -> int:
        async with database.reading() as session:
            return await session.scalar(select(BulkJobRow.ok_count)) or 0

    await victim.kill_at(Spot("bulk_job_items", "UPDATE", "row_no", 55), comes_to(50, done))
    assert await done() == 50
    async with database.writing() as session:
        # As if its lease had ended long ago.
        await session.execute(update(BulkJobRow).values(lease_until=LONG_AGO))
    await victim.finish(comes_to(100, done))
    async with database.reading() as session:
        job = await session.get_one(BulkJobRow, JOB)
    assert (job.state, job.failed_count, job.attempt) == ("succeeded", 0, 2)
    options = DatabaseOptions.model_validate({"Url": login_database_url})
    async with Database(options) as logins, logins.reading() as session:
        pcs = (await session.execute(select(PcRow.hostname, PcRow.version))).all()
    assert sorted(pcs) == sorted((f"pc-{number}", 1) for number in range(1, 101))


async def test_a_cleanup_of_lists_that_is_killed_is_finished(
    victim_of: Callable[[str], Victim], database: Database
) -> None:
    """Killed in the sixth batch of rows: the job and its rows are gone, one tombstone is left.

    No PC is written, so no Login service has to be there.
    """
    victim = victim_of("http://127.0.0.1:1")
    await add_job(database, "succeeded", ok_count=100, finished_at=LONG_AGO)

    async def rows() -> int:
        async with database.reading() as session:
            return await session.scalar(select(func.count(BulkJobItemRow.id))) or 0

    async def tombstones() -> int:
        async with database.reading() as session:
            return await session.scalar(select(func.count(BulkJobArchiveRow.job_id))) or 0

    await victim.kill_at(Spot("bulk_job_items", "DELETE", "row_no", 55), comes_to(50, rows))
    assert (await rows(), await tombstones()) == (50, 0)
    async with database.reading() as session:
        assert (await session.get_one(BulkJobRow, JOB)).state == "deleting"
    await victim.finish(comes_to(1, tombstones))
    assert await rows() == 0
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(BulkJobRow).where(true())) == 0
