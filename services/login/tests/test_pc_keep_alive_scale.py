"""The sweep over many PCs: statements, not time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .fleet import OFFLINE, Fleet
from .sweeper import Sweeper

_BEGINNINGS = ("BEGIN", "SELECT set_config")


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def see(*arguments: object) -> None:
        statement = str(arguments[2])
        if not statement.startswith(_BEGINNINGS):
            seen.append(statement)

    engines = [database.writer.sync_engine]
    if database.is_sqlite:  # elsewhere the reader passes on what the writer's listeners hear
        engines.append(database.reader.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", see)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", see)


async def test_case_08_statements_grow_with_stale_batches_only(
    fleet: Fleet, sweep_store: SqlSweepStore, database: Database, clock: FakeClock
) -> None:
    """20,000 PCs, 5,000 of them stale: at most 5 statements and one for each batch."""
    await fleet.add(*[0.0, 0.0, 0.0, 301.0] * 5_000)
    with statements(database) as seen:
        await Sweeper(sweep_store, clock, BatchSize=500).sweep()
    assert (await fleet.statuses()).count(OFFLINE) == 5_000
    assert len(await fleet.events()) == 5_000
    assert len(seen) <= 5 + 5_000 // 500


async def test_case_08_a_sweep_with_nothing_to_do_is_one_statement(
    fleet: Fleet, sweep_store: SqlSweepStore, database: Database, clock: FakeClock
) -> None:
    """The census alone tells that nobody is stale."""
    await fleet.add(*[0] * 1_000)
    with statements(database) as seen:
        await Sweeper(sweep_store, clock).sweep()
    assert len(seen) == 1
