"""Login is killed in the middle of a job and started again: nothing is lost or done twice."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

import login.storage
from login.storage.models import PcRow, PcStatusEventRow
from servicekit.database import Database, Revisions

from .traps import Spot
from .victims import Victim

pytestmark = pytest.mark.smoke

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def revisions() -> Revisions:
    return Revisions(Path(login.storage.__file__).parent / "migrations")


@pytest.fixture
def victim(
    tmp_path: Path, database: Database, database_url: str, end_connections: Callable[[], None]
) -> Victim:
    settings = {
        "Database": {"Url": database_url},
        "Http": {"Port": 0},
        "PcKeepAliveJob": {"IntervalInSeconds": 1, "BatchSize": 10},
    }
    return Victim("login.cli:main", tmp_path, database, settings, end_connections)


def pc(number: int, **columns: object) -> dict[str, object]:
    return {
        "id": number,
        "mac": f"02{number:010x}",
        "hostname": f"pc-{number}",
        "status": 0,
        "status_reason": "keep_alive",
        "status_changed_at": LONG_AGO,
        "last_keep_alive_at": LONG_AGO,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        **columns,
    }


async def test_a_sweep_that_is_killed_is_finished(victim: Victim, database: Database) -> None:
    """Killed in the sixth batch of ten: in the end each PC went offline once, with one event."""
    async with database.writing() as session:
        await session.execute(insert(PcRow), [pc(number, status=1) for number in range(1, 101)])

    async def offline() -> int:
        async with database.reading() as session:
            return await session.scalar(select(func.count()).where(PcRow.status == 0)) or 0

    async def is_caught() -> bool:
        return await offline() == 50

    async def is_done() -> bool:
        return await offline() == 100

    await victim.kill_at(Spot("pcs", "UPDATE", "id", 55), is_caught)
    assert await offline() == 50
    await victim.finish(is_done)
    async with database.reading() as session:
        events = await session.scalars(select(PcStatusEventRow.pc_id))
        assert sorted(events) == list(range(1, 101))
