"""The databases that tests are given."""

import os
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import Label, event, literal, select
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.engine.interfaces import CacheStats

from servicekit.database import Database, DatabaseOptions, Revisions
from servicekit.testing import Templates, postgresql_server
from servicekit.testing.postgresql_server import URL_VARIABLE, postgresql_programs

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


async def test_a_statement_is_compiled_once_for_all_tests(
    templates: Templates, database_kind: str
) -> None:
    """Whatever the values in it are, and though each database answers for itself."""
    first, second = uuid4().hex, uuid4().hex
    label = f"asked_{first}"
    assert await _ask(templates, database_kind, literal(first).label(label)) == (first, False)
    assert await _ask(templates, database_kind, literal(second).label(label)) == (second, True)


async def _ask(templates: Templates, kind: str, what: Label[str]) -> tuple[str | None, bool]:
    """Ask a database that is new; return the answer, and whether the question had been compiled."""
    hits: list[bool] = []

    def note(*arguments: object) -> None:
        context = cast("ExecutionContext", arguments[4])
        hits.append(context.cache_hit is CacheStats.CACHE_HIT)  # type: ignore[attr-defined] # as each has it

    with templates.empty(kind) as url:
        async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
            database.prepare()
            event.listen(database.reader.sync_engine, "before_cursor_execute", note)
            async with database.reading() as session:
                return await session.scalar(select(what)), hits.pop()


def test_a_server_can_be_named_instead_of_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is used as it is, and left running."""
    monkeypatch.setenv(URL_VARIABLE, "postgresql://tests@db/postgres")
    with postgresql_server() as url:
        assert url == "postgresql://tests@db/postgres"


def test_the_environment_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To import what starts a server borrows a variable, and gives it back if it was there."""
    for before in ("/tmp", None):  # noqa: S108 - nothing is written there
        if before is None:
            monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        else:
            monkeypatch.setenv("XDG_RUNTIME_DIR", before)
        postgresql_programs(tmp_path)
        assert os.environ.get("XDG_RUNTIME_DIR") == before
