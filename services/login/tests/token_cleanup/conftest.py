from datetime import UTC, datetime

import pytest

from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .quick_clock import QuickClock
from .token_rows import TokenRows


@pytest.fixture
def clock() -> FakeClock:
    return QuickClock(now=datetime(2026, 11, 24, 8, tzinfo=UTC))


@pytest.fixture
def token_store(database: Database) -> SqlTokenCleanupStore:
    return SqlTokenCleanupStore(database)


@pytest.fixture
async def tokens(database: Database, clock: FakeClock) -> TokenRows:
    rows = TokenRows(database, clock)
    await rows.clear()
    return rows
