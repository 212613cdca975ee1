"""Login is killed in the middle of its work and started again: nothing is lost or done twice."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import ColumnElement, func, insert, select, true

import login.storage
from login.storage.models import (
    AuditEventRow,
    AuthSessionRow,
    Model,
    PcRow,
    PcStatusEventRow,
    RefreshTokenRow,
    UserRow,
)
from servicekit.database import Database, Revisions

from .traps import Spot
from .victims import MakeVictim, Victim, comes_to, exceeds, until

pytestmark = pytest.mark.smoke

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# In a cluster the next run would be at the next slot, in an hour: not for a test.
AT_START = {"BatchSize": 10, "StartJitterInSeconds": 0, "RunOn": "EveryReplica"}
FAR_AHEAD = datetime(2126, 1, 1, tzinfo=UTC)
_LIMIT = 120.0
"""Seconds for an answer that takes none on an idle machine."""


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(login.storage)


@pytest.fixture
def victim(make_victim: MakeVictim, tmp_path: Path) -> Victim:
    settings = {
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "PcKeepAliveJob": {"IntervalInSeconds": 1, "BatchSize": 10, "LeaseInSeconds": 1},
        "TokenCleanupJob": AT_START,
        "PcDeleteJob": {**AT_START, "MaxDeleteFraction": 1},
    }
    return make_victim("login.cli:main", settings)


USER = {
    "id": 1,
    "username": "ada",
    "username_ci": "ada",
    "password_hash": "none",
    "scopes": "",
    "created_at": LONG_AGO,
    "updated_at": LONG_AGO,
}
LIVE_SESSION = {
    "id": 1,
    "user_id": 1,
    "created_at": LONG_AGO,
    "last_used_at": LONG_AGO,
    "expires_at": FAR_AHEAD,
    "absolute_expires_at": FAR_AHEAD,
}


def refresh_token(number: int, expires_at: datetime) -> dict[str, object]:
    return {
        "id": number,
        "session_id": 1,
        "token_hash": number.to_bytes(32),
        "issued_at": LONG_AGO,
        "expires_at": expires_at,
    }


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


Count = Callable[[type[Model], ColumnElement[bool]], Awaitable[int]]


@pytest.fixture
def count(database: Database) -> Count:
    async def count(model: type[Model], condition: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(model).where(condition)
        async with database.reading() as session:
            return await session.scalar(statement) or 0

    return count


async def test_a_sweep_that_is_killed_is_finished(
    victim: Victim, database: Database, count: Count
) -> None:
    """Killed in the sixth batch of ten: in the end each PC went offline once, with one event."""
    async with database.writing() as session:
        await session.execute(insert(PcRow), [pc(number, status=1) for number in range(1, 101)])
    offline = partial(count, PcRow, PcRow.status == 0)
    await victim.kill_at(Spot("pcs", "UPDATE", "id", 55), comes_to(50, offline))
    assert await offline() == 50
    await victim.finish(comes_to(100, offline))
    async with database.reading() as session:
        events = await session.scalars(select(PcStatusEventRow.pc_id))
        assert sorted(events) == list(range(1, 101))


async def test_case_16_a_deletion_of_pcs_that_is_killed_is_finished(
    victim: Victim, database: Database, count: Count
) -> None:
    """Killed half-way through its batches: each PC was retired once, with one audit row."""
    gone = [pc(number, offline_start_time=LONG_AGO) for number in range(1, 101)]
    async with database.writing() as session:
        await session.execute(insert(PcRow), gone)
    retired = partial(count, PcRow, PcRow.deleted_at.is_not(None))
    await victim.kill_at(Spot("pcs", "UPDATE", "id", 51), exceeds(40, retired))
    assert 40 < await retired() <= 50
    await victim.finish(comes_to(100, retired))
    async with database.reading() as session:
        audit = await session.execute(select(AuditEventRow.action, AuditEventRow.pc_id))
        assert sorted(map(tuple, audit)) == [("pc.retired", number) for number in range(1, 101)]


async def test_a_cleanup_of_tokens_that_is_killed_is_finished(
    victim: Victim, database: Database, count: Count
) -> None:
    """Killed in the sixth batch of ten: in the end the expired ones are gone, and no other."""
    async with database.writing() as session:
        await session.execute(insert(UserRow), [USER])
        await session.execute(insert(AuthSessionRow), [LIVE_SESSION])
        tokens = [refresh_token(number, LONG_AGO) for number in range(1, 101)]
        tokens += [refresh_token(number, FAR_AHEAD) for number in range(101, 106)]
        await session.execute(insert(RefreshTokenRow), tokens)
    expired = partial(count, RefreshTokenRow, RefreshTokenRow.expires_at == LONG_AGO)
    await victim.kill_at(Spot("refresh_tokens", "DELETE", "id", 55), comes_to(50, expired))
    assert await expired() == 50
    await victim.finish(comes_to(0, expired))
    assert await count(RefreshTokenRow, true()) == 5
    assert await count(AuthSessionRow, true()) == 1


class Fleet:
    """PCs that send keep-alives, each one after the other, until nobody answers any more."""

    SIZE = 40

    def __init__(self, url: str) -> None:
        self._url = url
        self.answers = 0
        self.heard_at: dict[int, datetime] = {}
        """When each PC was heard last, as it was told."""

    async def speak(self) -> None:
        # The usual five seconds are too few for all of them to connect to a busy machine.
        async with httpx.AsyncClient(base_url=self._url, timeout=_LIMIT) as client:
            await asyncio.gather(*(self._speak(client, one) for one in range(1, self.SIZE + 1)))

    async def _speak(self, client: httpx.AsyncClient, number: int) -> None:
        headers = {"Authorization": f"Bearer lpc_{number}"}
        while True:
            try:
                answer = await client.put(f"/v1/pcs/02{number:010x}/keep-alive", headers=headers)
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text
            self.heard_at[number] = datetime.fromisoformat(answer.json()["server_time"])
            self.answers += 1


async def test_no_keep_alive_that_was_answered_is_lost(victim: Victim, database: Database) -> None:
    """Killed while many PCs speak at once: what each was told is in the table."""
    numbers = range(1, Fleet.SIZE + 1)
    hashes = {number: hashlib.sha256(f"lpc_{number}".encode()).digest() for number in numbers}
    async with database.writing() as session:
        pcs = [pc(number, credential_hash=hashes[number]) for number in numbers]
        await session.execute(insert(PcRow), pcs)
    with victim.running() as serve:
        fleet = Fleet(re.findall(r"http://\S+", serve.text)[-1])
        speaking = asyncio.create_task(fleet.speak())

        async def have_spoken() -> bool:
            return fleet.answers >= 5 * Fleet.SIZE and len(fleet.heard_at) == Fleet.SIZE

        await until(have_spoken)
        serve.kill()
        await speaking
    victim.end_connections()
    async with database.reading() as session:
        rows = await session.scalars(select(PcRow))
        stored = {row.id: row.last_keep_alive_at or LONG_AGO for row in rows}
    assert all(stored[number] >= told for number, told in fleet.heard_at.items())
