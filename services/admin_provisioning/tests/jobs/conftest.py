import logging
from functools import partial

import pytest

from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .bulk_jobs import BulkJobs
from .cleaner import Cleaner, MakeCleaner
from .fake_files import FakeFiles
from .fake_login import FakeLogin


@pytest.fixture
def jobs(database: Database, clock: FakeClock) -> BulkJobs:
    return BulkJobs(database, clock)


@pytest.fixture
def queue(database: Database) -> SqlJobQueue:
    return SqlJobQueue(database)


@pytest.fixture
def login() -> FakeLogin:
    return FakeLogin()


@pytest.fixture
def files(clock: FakeClock) -> FakeFiles:
    return FakeFiles(clock)


@pytest.fixture
def cleaner(
    database: Database, files: FakeFiles, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> MakeCleaner:
    """The cleanup over the real database, with options as in a settings file; the log has it."""
    caplog.set_level(logging.INFO)
    return partial(Cleaner, database, files, clock)
