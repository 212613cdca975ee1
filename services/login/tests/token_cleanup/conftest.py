import logging
from datetime import UTC, datetime
from functools import partial

import pytest

from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .cleaner import Cleaner, MakeCleaner
from .interleaved_store import InterleavedStore
from .quick_clock import QuickClock
from .token_rows import TokenRows


@pytest.fixture
def clock() -> FakeClock:
    return QuickClock(now=datetime(2026, 11, 24, 8, tzinfo=UTC))


@pytest.fixture
def token_store(database: Database) -> SqlTokenCleanupStore:
    return SqlTokenCleanupStore(database)


@pytest.fixture
def store(token_store: SqlTokenCleanupStore) -> InterleavedStore:
    """The real store, with room for what happens before a statement."""
    return InterleavedStore(token_store)


@pytest.fixture
def cleaner(
    store: InterleavedStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> MakeCleaner:
    """The job over the real store, with options as in a settings file; the log has its line."""
    caplog.set_level(logging.INFO, "login")
    return partial(Cleaner, store, clock)


@pytest.fixture
async def tokens(database: Database, clock: FakeClock) -> TokenRows:
    rows = TokenRows(database, clock)
    await rows.clear()
    return rows
