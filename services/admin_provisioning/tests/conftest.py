from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from dishka import Provider, Scope, make_async_container
from fastapi import FastAPI

import admin_provisioning.storage
from admin_provisioning.app import build_host_builder
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.domain.ports import FileStore
from admin_provisioning.domain.submission import Submissions
from admin_provisioning.files.directory_file_store import DirectoryFileStore
from admin_provisioning.files.options import FilesOptions
from admin_provisioning.http.api import create_api
from admin_provisioning.storage.bulk_job_repository import SqlBulkJobRepository
from admin_provisioning.storage.intake import SqlIntake
from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.database import Database, Revisions
from servicekit.testing import TokenMint
from servicekit.tokens import KeySource

from .desk import Desk

LIMITS = BulkJobLimits(max_rows=1_000, max_bytes=100_000, max_unfinished_per_owner=3)


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(admin_provisioning.storage)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where uploaded files are."""
    return tmp_path / "bulk_files"


@pytest.fixture
def files(directory: Path, clock: FakeClock) -> DirectoryFileStore:
    return DirectoryFileStore(FilesOptions(directory=directory), clock)


@pytest.fixture
def intake(database: Database) -> SqlIntake:
    return SqlIntake(database, LIMITS)


@pytest.fixture
def jobs(database: Database) -> SqlBulkJobRepository:
    return SqlBulkJobRepository(database, LIMITS)


@pytest.fixture
def submissions(intake: SqlIntake, files: FileStore, clock: FakeClock) -> Submissions:
    return Submissions(intake, files, clock)


@pytest.fixture
def host(
    database_url: str, database: Database, directory: Path, clock: FakeClock, mint: TokenMint
) -> Host:
    """The service on the same database; not started, for its API needs no socket."""
    keys = Provider(scope=Scope.APP)
    keys.provide(lambda: mint, provides=KeySource)
    settings = {
        "Database": {"Url": database_url},
        "Files": {"Directory": str(directory)},
        "BulkJobs": {"MaxRows": 1_000, "MaxBytes": 100_000, "MaxRunningPerOwner": 3},
    }
    builder = build_host_builder(settings_files=[], settings=settings, clock=clock)
    return builder.add_provider(keys).build()


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """The web application; its routes are made once, for every test has the same."""
    return create_api(make_async_container(), LIMITS)


@pytest.fixture
async def client(host: Host, application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    application.state.dishka_container = host.container
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bulk.test") as client:
        yield client
    await host.container.close()


@pytest.fixture
def desk(client: httpx.AsyncClient, mint: TokenMint, database: Database, clock: FakeClock) -> Desk:
    """The office where user 7 sends lists to."""
    return Desk(client, mint, database, clock)
