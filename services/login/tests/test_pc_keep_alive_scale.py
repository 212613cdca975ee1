"""The sweep over many PCs: statements, not time."""

from collections.abc import Sequence

import pytest

from login.domain import sweep
from login.domain.staleness import Candidate, StaleRule
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .fleet import OFFLINE, Fleet
from .statements import statements
from .sweeper import Sweeper


async def test_case_08_statements_grow_with_stale_batches_only(
    fleet: Fleet, sweep_store: SqlSweepStore, database: Database, clock: FakeClock
) -> None:
    """4,000 PCs, 1,000 of them stale: at most 5 statements and one for each batch."""
    await fleet.add(*[0.0, 0.0, 0.0, 301.0] * 1_000)
    with statements(database) as seen:
        await Sweeper(sweep_store, clock, BatchSize=100).sweep()
    assert (await fleet.statuses()).count(OFFLINE) == 1_000
    assert len(await fleet.events()) == 1_000
    assert len(seen) <= 5 + 1_000 // 100


async def test_case_08_a_sweep_with_nothing_to_do_is_one_statement(
    fleet: Fleet, sweep_store: SqlSweepStore, database: Database, clock: FakeClock
) -> None:
    """The census alone tells that nobody is stale."""
    await fleet.add(*[0] * 1_000)
    with statements(database) as seen:
        await Sweeper(sweep_store, clock).sweep()
    assert len(seen) == 1


class Remembering(SqlSweepStore):
    """Remembers how many PCs it handed out at once."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.handed_out: list[int] = []

    async def candidates(self, rule: StaleRule, after: int, limit: int) -> Sequence[Candidate]:
        found = await super().candidates(rule, after, limit)
        self.handed_out.append(len(found))
        return found


async def test_case_08_what_a_sweep_holds_in_memory_does_not_grow_with_the_fleet(
    fleet: Fleet, database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are stale, a page of them is read at once: ids, and no rows."""
    monkeypatch.setattr(sweep, "READ_AHEAD", 100)
    await fleet.add(*[301.0] * 250)
    store = Remembering(database)
    await Sweeper(store, clock, BatchSize=50).sweep()
    assert store.handed_out == [100, 100, 50]
    assert (await fleet.statuses()).count(OFFLINE) == 250
