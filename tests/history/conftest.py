from collections.abc import Callable, Iterator

import pytest

from loopjobs.history._opening import open_store
from loopjobs.history._store import HistoryStore
from servicekit.testing import Templates

OpenStore = Callable[[], HistoryStore]


@pytest.fixture(scope="session")
def servers(templates: Templates) -> None:
    """Start the servers before the tests, each of which is held to leave nothing open."""
    for kind in ("sqlite", "postgresql"):
        templates.place(kind)


@pytest.fixture
def another_store(servers: None, empty_database_url: str) -> Iterator[OpenStore]:
    """Open the test's database as one more process does."""
    stores: list[HistoryStore] = []

    def open_one() -> HistoryStore:
        stores.append(open_store(empty_database_url, busy_timeout=5))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(another_store: OpenStore) -> HistoryStore:
    """A store in the test's own database."""
    return another_store()
