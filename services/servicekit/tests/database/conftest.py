from pathlib import Path

import pytest

from servicekit.database import Database, Revisions

from .meters import Meters


@pytest.fixture
def revisions() -> Revisions:
    return Revisions(Path(__file__).parent / "migrations")


@pytest.fixture
def meters(database: Database) -> Meters:
    return Meters(database)
