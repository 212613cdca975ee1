import pytest

from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.retirement_store import SqlRetirementStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .deleter import Deleter, MakeDeleter
from .lab import Lab


@pytest.fixture
def lab(database: Database, clock: FakeClock) -> Lab:
    return Lab(database, clock)


@pytest.fixture
def store(database: Database) -> SqlRetirementStore:
    return SqlRetirementStore(database)


@pytest.fixture
def acknowledgements(database: Database) -> SqlAcknowledgementStore:
    return SqlAcknowledgementStore(database)


@pytest.fixture
def deleter(
    store: SqlRetirementStore, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> MakeDeleter:
    """The job over the real store, with options as in a settings file."""

    def make(**options: object) -> Deleter:
        return Deleter(store, acknowledgements, clock, **options)

    return make
