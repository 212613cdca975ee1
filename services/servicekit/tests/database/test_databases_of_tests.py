"""The databases that tests are given."""

import os

import pytest

from servicekit.database import Database, DatabaseOptions, Revisions
from servicekit.testing import Templates, postgresql_server
from servicekit.testing.postgresql_server import URL_VARIABLE

from .meters import Meters


async def test_each_test_has_a_database_of_its_own(
    templates: Templates, database_kind: str, revisions: Revisions, meters: Meters
) -> None:
    """What one test writes, no other one finds; both have all tables."""
    await meters.add(1)
    with templates.migrated(database_kind, revisions) as url:
        options = DatabaseOptions.model_validate({"Url": url})
        async with Database(options) as another:
            assert await Meters(another).ids() == []
    assert await meters.ids() == [1]


def test_a_server_can_be_named_instead_of_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is used as it is, and left running."""
    monkeypatch.setenv(URL_VARIABLE, "postgresql://tests@db/postgres")
    with postgresql_server() as url:
        assert url == "postgresql://tests@db/postgres"


def test_the_environment_is_as_it_was(
    templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting a server borrows a variable and gives it back, whether it was there or not."""
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    for before in ("/tmp", None):  # noqa: S108 - nothing is written there
        if before is None:
            monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        else:
            monkeypatch.setenv("XDG_RUNTIME_DIR", before)
        with postgresql_server():
            assert os.environ.get("XDG_RUNTIME_DIR") == before
