from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from servicekit.database import Database
from servicekit.testing import PostgresqlPlace, Templates

from .victims import MakeVictim, Victim

EndConnections = Callable[[], None]


@pytest.fixture
def end_connections(templates: Templates, database_kind: str, database_url: str) -> EndConnections:
    """End what a killed process has left on the database's server."""

    def end() -> None:
        place = templates.place(database_kind)
        if isinstance(place, PostgresqlPlace):
            place.end_connections(database_url)

    return end


@pytest.fixture
def make_victim(
    tmp_path: Path, database: Database, database_url: str, end_connections: EndConnections
) -> MakeVictim:
    """Make a service on this test's database, given its command and the rest of its settings."""

    def make(entry: str, settings: Mapping[str, object]) -> Victim:
        known = {"Database": {"Url": database_url}, "Http": {"Port": 0}}
        return Victim(entry, tmp_path, database, {**known, **settings}, end_connections)

    return make
