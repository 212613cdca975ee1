"""Two replicas of AdminProvisioning on one database: what is another thing than with Login."""

import signal
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError

import admin_provisioning.storage
from admin_provisioning.storage.models import BulkJobArchiveRow, BulkJobItemRow, BulkJobRow
from servicekit.database import Database, Revisions
from servicekit.faults import StoreUnavailableError

from .replicas import Replicas, has_run, two_of
from .victims import MakeVictim, Victim, until

pytestmark = pytest.mark.smoke

CLEANUP: Final = "BulkJobCleanup"
_LOST: Final = text(
    "SELECT count(*) FROM loopjobs_skipped_slots"
    " WHERE outcome = 'skipped_elsewhere' AND job = 'BulkJobCleanup'"
)
LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(admin_provisioning.storage)


@pytest.fixture
def victim(make_victim: MakeVictim) -> Victim:
    settings = {
        # No PC is written, so no Login service has to be there.
        "Login": {"Url": "http://127.0.0.1:1", "ClientId": "a", "ClientSecret": "b" * 32},
        "History": {"WriteIntervalInSeconds": 0.05},
        "BulkJobWorker": {"Enabled": False},
        CLEANUP: {
            "IntervalInSeconds": 3600,
            "StartJitterInSeconds": 0,
            "KeepLastPerOwner": 0,
        },
    }
    return make_victim("admin_provisioning.cli:main", settings)


async def add_finished_lists(database: Database, count: int, size: int) -> None:
    """Add lists of so many PCs that are to go."""
    jobs = [
        {
            "id": UUID(int=number),
            "kind": "pc_import",
            "state": "succeeded",
            "owner_id": "user:1",
            "request_hash": number.to_bytes(32, "big"),
            "total_count": size,
            "ok_count": size,
            "created_at": LONG_AGO,
            "updated_at": LONG_AGO,
            "finished_at": LONG_AGO,
        }
        for number in range(1, count + 1)
    ]
    items = [
        {
            "job_id": job["id"],
            "row_no": number,
            "payload": {"mac": f"02{number:010x}", "hostname": f"pc-{number}"},
            "state": "succeeded",
        }
        for job in jobs
        for number in range(1, size + 1)
    ]
    async with database.writing() as session:
        await session.execute(insert(BulkJobRow), jobs)
        await session.execute(insert(BulkJobItemRow), items)


async def has_asked(replicas: Replicas, count: int) -> bool:
    """Return whether so many slots were lost to somebody else; at first there is no table."""
    try:
        async with replicas.database.reading() as session:
            return (await session.scalar(_LOST) or 0) >= count
    except (ProgrammingError, StoreUnavailableError):
        return False


async def test_lists_are_cleaned_up_by_one_of_both(victim: Victim, database: Database) -> None:
    """Both ask for the first slot, one has it: each list leaves one tombstone."""
    await add_finished_lists(database, 20, 10)
    with two_of(victim) as replicas:
        await until(has_run(replicas, CLEANUP, 1))
        await until(partial(has_asked, replicas, 1))
        (run,) = await replicas.runs(CLEANUP)
        for command in replicas.commands:
            assert command.end(signal.SIGTERM) == 0, command.text
    assert (run.outcome, run.token is None) == ("succeeded", False)
    async with database.reading() as session:
        gone = (await session.scalars(select(BulkJobArchiveRow.job_id))).all()
    assert sorted(gone) == sorted(UUID(int=number) for number in range(1, 21))
