from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import httpx
import pytest
from dishka import Provider, Scope, make_async_container
from fastapi import FastAPI

import login.storage
from login.app import build_host_builder
from login.http.api import create_api
from login.storage.pc_repository import SqlPcRepository
from login.storage.provisioning import SqlPcProvisioning
from login.storage.sweep_store import SqlSweepStore
from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.database import Database, Revisions
from servicekit.testing import TokenMint

from .access import trust
from .fleet import Fleet

BASE_URL = "http://login.test"


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(login.storage)


@pytest.fixture
def pcs(database: Database) -> SqlPcRepository:
    return SqlPcRepository(database)


@pytest.fixture
def provisioning(database: Database) -> SqlPcProvisioning:
    return SqlPcProvisioning(database)


@pytest.fixture
def sweep_store(database: Database) -> SqlSweepStore:
    return SqlSweepStore(database)


@pytest.fixture
def fleet(database: Database, clock: FakeClock) -> Fleet:
    return Fleet(database, clock)


@pytest.fixture
def host(
    database_url: str, database: Database, clock: FakeClock, mint: TokenMint, tmp_path: Path
) -> Host:
    """The service on the same database; not started, for its API needs no socket."""
    chance = Provider(scope=Scope.APP)
    chance.provide(lambda: Random(7), provides=Random)  # noqa: S311 - predictable chance
    settings = {
        "Database": {"Url": database_url},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
    }
    builder = build_host_builder(settings_files=[], settings=settings, clock=clock)
    return builder.add_provider(chance, trust(mint, clock)).build()


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """The web application; its routes are made once, for every test has the same."""
    return create_api(make_async_container())


@pytest.fixture
async def api(host: Host, application: FastAPI) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The way to the endpoints, without a network."""
    application.state.dishka_container = host.container
    yield httpx.ASGITransport(application, raise_app_exceptions=False)
    await host.container.close()


@pytest.fixture
async def client(api: httpx.AsyncBaseTransport) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who presents nothing unless a test says so."""
    async with httpx.AsyncClient(transport=api, base_url=BASE_URL) as client:
        yield client


@pytest.fixture
async def admin(api: httpx.AsyncBaseTransport, mint: TokenMint) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator, who may do everything with PCs."""
    headers = mint.headers("user:7", "pcs:read", "pcs:write")
    async with httpx.AsyncClient(transport=api, base_url=BASE_URL, headers=headers) as admin:
        yield admin
