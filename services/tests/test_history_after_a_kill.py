"""A service is killed and started again: what its jobs did before is told by the new process."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import admin_provisioning.app
import admin_provisioning.storage
import login.app
import login.storage
from loopjobs import HostBuilder, Outcome
from loopjobs.history import RunHistory, StoredRun
from servicekit.database import Database, DatabaseOptions, Revisions
from servicekit.faults import StoreUnavailableError
from servicekit.testing import Templates
from servicekit.testing.fixtures import on_postgresql

from .traps import Spot
from .victims import Victim, until

pytestmark = pytest.mark.smoke

HISTORY: Final = {"WriteIntervalInSeconds": 0.05}


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(login.storage)


async def has_rows(database: Database, table: str, job: str) -> bool:
    """Return whether there are runs of a job; before the first one there may be no table."""
    query = text(f"SELECT count(*) FROM {table} WHERE job = :job")  # noqa: S608 - our own words
    try:
        async with database.reading() as session:
            return bool(await session.scalar(query, {"job": job}))
    except (ProgrammingError, StoreUnavailableError):
        return False


async def told_by(builder: HostBuilder, job: str) -> Sequence[StoredRun]:
    """Start the service anew, in this process, and ask it."""
    host = builder.build()
    async with host:
        history: RunHistory = await host.container.get(RunHistory)
        return await history.latest(job)


def login_settings(url: str, folder: Path) -> dict[str, object]:
    return {
        "Database": {"Url": url},
        "Http": {"Port": 0},
        "Tokens": {"KeysDirectory": str(folder / "keys")},
        "History": HISTORY,
        "PcKeepAliveJob": {"IntervalInSeconds": 1, "LeaseInSeconds": 1},
    }


async def test_login_tells_of_the_runs_before_it_was_killed(
    tmp_path: Path, database: Database, database_url: str, end_connections: Callable[[], None]
) -> None:
    """They are in its own database, on either kind, without a line of settings."""
    settings = login_settings(database_url, tmp_path)
    victim = Victim("login.cli:main", tmp_path, database, settings, end_connections)
    with victim.running() as serve:
        await until(partial(has_rows, database, "loopjobs_runs", "PcKeepAliveJob"))
        killed = serve.pid
        serve.kill()
    builder = login.app.build_host_builder(settings_files=[], settings=settings)
    runs = await told_by(builder, "PcKeepAliveJob")
    before = [each for each in runs if each.replica.endswith(f":{killed}")]
    assert before
    assert {each.record.outcome for each in before} == {Outcome.SUCCEEDED}


@pytest.fixture
def desk_database_url(templates: Templates, database_kind: str) -> Iterator[str]:
    """Where the database of AdminProvisioning is."""
    revisions = Revisions.of(admin_provisioning.storage)
    with templates.migrated(database_kind, revisions) as url:
        yield url


async def test_admin_provisioning_tells_of_the_runs_before_it_was_killed(
    tmp_path: Path, desk_database_url: str
) -> None:
    """Likewise."""
    settings: dict[str, object] = {
        "Database": {"Url": desk_database_url},
        "Http": {"Port": 0},
        "Login": {"Url": "http://127.0.0.1:9", "ClientSecret": "x" * 32},
        "Files": {"Directory": str(tmp_path / "files")},
        "History": HISTORY,
        "BulkJobWorker": {"IntervalInSeconds": 0.5},
    }
    options = DatabaseOptions.model_validate({"Url": desk_database_url})
    async with Database(options) as database:
        victim = Victim("admin_provisioning.cli:main", tmp_path, database, settings, _nothing)
        with victim.running() as serve:
            await until(partial(has_rows, database, "loopjobs_runs", "BulkJobWorker"))
            killed = serve.pid
            serve.kill()
    builder = admin_provisioning.app.build_host_builder(settings_files=[], settings=settings)
    runs = await told_by(builder, "BulkJobWorker")
    assert any(each.replica.endswith(f":{killed}") for each in runs)


def _nothing() -> None:
    """Leave what a killed process has left on the server: it holds no lock."""


@on_postgresql
async def test_a_run_that_was_killed_is_told_as_abandoned(
    tmp_path: Path, database: Database, database_url: str, end_connections: Callable[[], None]
) -> None:
    """It began, and its process died: not on SQLite, whose one write lock that run holds."""
    settings = login_settings(database_url, tmp_path)
    victim = Victim("login.cli:main", tmp_path, database, settings, end_connections)
    pc = text(
        "INSERT INTO pcs (id, mac, hostname, status, status_reason, status_changed_at,"
        " last_keep_alive_at, created_at, updated_at) VALUES (1, '020000000001', 'pc', 1,"
        " 'keep_alive', '2020-01-01', '2020-01-01', '2020-01-01', '2020-01-01')"
    )
    async with database.writing() as session:
        await session.execute(pc)
    goes_on = partial(has_rows, database, "loopjobs_runs_in_progress", "PcKeepAliveJob")
    await victim.kill_at(Spot("pcs", "UPDATE", "id", 1), goes_on)
    builder = login.app.build_host_builder(settings_files=[], settings=settings)
    runs = await told_by(builder, "PcKeepAliveJob")
    (lost,) = [each.record for each in runs if each.record.outcome is Outcome.ABANDONED]
    assert (lost.error or "").startswith("ProcessLost: its process ")
