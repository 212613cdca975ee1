"""Many PCs: statements and parameters, not time."""

import pytest

from login.domain import departures
from login.domain.retirement_rule import RetirementAges
from login.storage.retirement_store import SqlRetirementStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from ..statements import Statement, statements, transactions  # noqa: TID252 - tests are no package that could be named
from .deleter import MakeDeleter
from .lab import DAY, Lab

CENSUS_AND_LISTS = 1 + 2 + 1
"""The census, a list for each phase, and the one of what was claimed."""
RETIRING = 4
"""Lock, mark, end sessions, tell."""
PURGING = 7
"""Lock, look, three tables that hang on PCs, delete, tell."""


async def test_case_14_a_run_with_nothing_to_do_costs_the_same_for_any_fleet(
    lab: Lab, deleter: MakeDeleter, database: Database
) -> None:
    """A census and three empty lists."""
    await lab.add(1_000, offline_start_time=None, status=1)
    with statements(database) as seen:
        await deleter().run()
    assert len(seen) == CENSUS_AND_LISTS


async def test_case_14_statements_grow_with_batches_only(
    lab: Lab, deleter: MakeDeleter, database: Database
) -> None:
    """80 to retire and 40 to purge, in batches of 20, with their children."""
    await lab.add(80)
    await lab.add(80, offline_start_time=None, status=1)
    retired = await lab.add_retired(31 * DAY, 40)
    for pc_id in retired[:10]:
        await lab.add_events(pc_id, 20)
    with statements(database) as seen:
        await deleter(BatchSize=20).run()
    assert len(await lab.pcs()) == 160
    assert len(await lab.retired()) == 80
    weighing = 1
    assert len(seen) == CENSUS_AND_LISTS + 4 * RETIRING + weighing + 2 * PURGING


async def test_case_14_no_statement_has_too_many_parameters(
    lab: Lab, deleter: MakeDeleter, database: Database
) -> None:
    """All ids of a batch are one, however large it is, and so is all that the audit is told."""
    size = 500
    await lab.add(size)
    await lab.add_retired(31 * DAY, size)
    with statements(database) as seen:
        await deleter(BatchSize=size, MaxPerRun=2 * size).run()
    assert (len(await lab.retired()), len(await lab.pcs())) == (size, size)
    assert max(len(statement.given) for statement in seen) < 50
    assert {statement.times for statement in seen} == {1}


async def test_case_14_a_fleet_longer_than_a_page_is_read_page_by_page(
    lab: Lab, deleter: MakeDeleter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many were retired in one instant: none is skipped or read twice."""
    monkeypatch.setattr(departures, "READ_AHEAD", 100)
    await lab.add_retired(31 * DAY, 250)
    await deleter(BatchSize=50, MaxPerRun=1_000).run()
    assert await lab.pcs() == {}
    assert len(await lab.audit()) == 250


async def test_case_14_children_are_counted_in_short_transactions(
    store: SqlRetirementStore, database: Database
) -> None:
    """One for each thousand PCs, however many there are."""
    with transactions(database) as begun:
        await store.weigh(range(1, 2_501))
    assert len(begun) == 3


async def test_candidates_are_found_by_an_index(
    store: SqlRetirementStore, database: Database, clock: FakeClock
) -> None:
    """The work of a run grows with who goes, not with the fleet: told by the plans themselves."""
    rule = RetirementAges().draw_the_lines(clock.now())
    with statements(database) as seen:
        await store.retirable(rule, None, 100)
        await store.purgeable(rule, None, 100)
        await store.claimed(100)
    indexes = ("ix_pcs_offline_since", "ix_pcs_deleted_at", "ix_pcs_mac_removed")
    for statement, index in zip(seen, indexes, strict=True):
        assert index in await plan_of(statement, database)


async def plan_of(statement: Statement, database: Database) -> str:
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.writer.connect() as connection:
        if not database.is_sqlite:  # which would rather read a table this small from end to end
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = await connection.exec_driver_sql(f"{explain} {statement}", statement.given)
        return str(plan.all())
