"""A dry run tells what a real one would do."""

import logging

import pytest

from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.retirement_store import SqlRetirementStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from ..statements import statements  # noqa: TID252 - tests are no package that could be named
from .deleter import Deleter, MakeDeleter
from .lab import DAY, Lab


def counts(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    names = ("candidates", "retired", "purgeable", "purged", "failed", "remaining")
    done = [line for line in caplog.records if "pc_delete done" in line.getMessage()][-1]
    return {name: getattr(done, name) for name in names}


@pytest.mark.parametrize(
    "options", [{}, {"Mode": "Hard"}, {"MaxPerRun": 3, "BatchSize": 2}, {"PurgeAfterDays": 0}]
)
async def test_case_05_a_dry_run_writes_nothing_and_counts_as_the_real_one(
    lab: Lab,
    deleter: MakeDeleter,
    caplog: pytest.LogCaptureFixture,
    options: dict[str, object],
) -> None:
    """The same counts as the real run that follows, and not a single write."""
    caplog.set_level(logging.INFO)
    await lab.add(4)
    await lab.add(1, pinned=True)
    for pc_id in await lab.add_retired(31 * DAY, 2):
        await lab.add_events(pc_id, 1)
    before = await lab.pcs()
    await deleter(**options, DryRun=True).run()
    assert (await lab.pcs(), await lab.audit()) == (before, [])
    dry = counts(caplog)
    await deleter(**options).run()
    assert counts(caplog) == dry
    assert dry["retired"] != 0


async def test_case_05_the_candidates_are_listed(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for each PC, with how long it has been away, and no whole MAC address."""
    caplog.set_level(logging.INFO)
    await lab.add_silent(100 * DAY)
    await lab.add_retired(31 * DAY)
    await deleter(DryRun=True).run()
    lines = [line.getMessage() for line in caplog.records if "would" in line.getMessage()]
    assert lines == [
        "pc_delete would retire a PC pc_id=1 mac=02:00:00:**:**:** days=100.0",
        "pc_delete would purge a PC pc_id=2 mac=02:00:00:**:**:** days=31.0",
    ]


async def test_case_05_a_held_dry_run_lists_who_would_go(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever is to acknowledge a hold needs to see its PCs."""
    caplog.set_level(logging.INFO)
    await lab.add(50)
    await deleter(DryRun=True, MaxDeleteFraction=0.2).run()
    assert caplog.text.count("pc_delete would retire a PC") == 50
    assert "held=True dry_run=True" in caplog.text
    assert len(await lab.live()) == 50


async def test_case_05_no_transaction_that_writes_is_opened(
    lab: Lab, database: Database, clock: FakeClock
) -> None:
    """All it does is to read."""
    await lab.add(60)
    await lab.add_retired(31 * DAY)
    job = Deleter(
        SqlRetirementStore(database),
        SqlAcknowledgementStore(database),
        clock,
        DryRun=True,
        MaxDeleteFraction=0.1,
    )
    with statements(database) as seen:
        await job.run()
    assert {statement.split()[0] for statement in seen} == {"SELECT"}
    assert not any("FOR UPDATE" in statement for statement in seen)
