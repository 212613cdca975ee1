from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import pytest
from dishka import Provider, Scope

import login.storage
from login.app import build_host_builder
from login.http.api import create_api
from login.storage.pc_repository import SqlPcRepository
from login.storage.sweep_store import SqlSweepStore
from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.database import Database, Revisions

from .fleet import Fleet


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(now=datetime(2026, 11, 24, 8, tzinfo=UTC))


@pytest.fixture
def revisions() -> Revisions:
    return Revisions(Path(login.storage.__file__).parent / "migrations")


@pytest.fixture
def pcs(database: Database) -> SqlPcRepository:
    return SqlPcRepository(database)


@pytest.fixture
def sweep_store(database: Database) -> SqlSweepStore:
    return SqlSweepStore(database)


@pytest.fixture
def fleet(database: Database, clock: FakeClock) -> Fleet:
    return Fleet(database, clock)


@pytest.fixture
def host(database_url: str, database: Database, clock: FakeClock) -> Host:
    """The service on the same database; not started, for its API needs no socket."""
    chance = Provider(scope=Scope.APP)
    chance.provide(lambda: Random(7), provides=Random)  # noqa: S311 - predictable chance
    settings = {"Database": {"Url": database_url}}
    builder = build_host_builder(settings_files=[], settings=settings, clock=clock)
    return builder.add_provider(chance).build()


@pytest.fixture
async def client(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_api(host.container), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://login.test") as client:
        yield client
    await host.container.close()
