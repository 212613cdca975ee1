from collections.abc import Callable

import pytest

from servicekit.testing import PostgresqlPlace, Templates

EndConnections = Callable[[], None]


@pytest.fixture
def end_connections(templates: Templates, database_kind: str, database_url: str) -> EndConnections:
    """End what a killed process has left on the database's server."""

    def end() -> None:
        place = templates.place(database_kind)
        if isinstance(place, PostgresqlPlace):
            place.end_connections(database_url)

    return end
