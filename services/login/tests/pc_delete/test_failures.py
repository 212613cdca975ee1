"""What goes wrong in a run costs no more than it must."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from login.domain.retirement import RetirementFailedError
from login.domain.retirement_ports import Stamp
from login.domain.retirement_rule import RetirementRule
from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.retirement_store import SqlRetirementStore
from loopjobs import CancellationTokenSource
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.faults import StoreUnavailableError
from servicekit.testing.fixtures import Outage

from .deleter import Deleter, MakeDeleter
from .lab import DAY, Lab
from .seams import InterleavedStore


async def add_stranger(lab: Lab, *pc_ids: int) -> None:
    """Somebody adds a table that refers to PCs and tells nobody."""
    await lab.execute(
        "CREATE TABLE pc_tags (id INTEGER PRIMARY KEY, pc_id BIGINT NOT NULL,"
        " CONSTRAINT fk_pc_tags_pc_id FOREIGN KEY (pc_id) REFERENCES pcs (id))"
    )
    for pc_id in pc_ids:
        await lab.execute("INSERT INTO pc_tags (id, pc_id) VALUES (:id, :id)", id=pc_id)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line.getMessage() for line in caplog.records if line.levelno == logging.ERROR]


async def test_case_12_a_pc_that_something_unknown_refers_to_stays_whole(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """The others of its batch are purged; the error names the constraint."""
    first, second, third = await lab.add_retired(31 * DAY, 3)
    for pc_id in (first, second, third):
        await lab.add_events(pc_id, 2)
        await lab.add_session(pc_id, expires_in=-DAY)
    await add_stranger(lab, second)
    await deleter().run()
    assert list(await lab.pcs()) == [second]
    assert await lab.children() == {
        "pc_status_events": 2,
        "auth_sessions": 1,
        "refresh_tokens": 1,
    }
    assert await lab.audit() == [("pc.purged", first), ("pc.purged", third)]
    assert errors(caplog) == [
        (
            "pc_delete could not purge a PC pc_id=2 mac=02:00:00:**:**:**"
            " error=StillReferencedError constraint=fk_pc_tags_pc_id"
        )
    ]


async def test_case_12_a_run_in_which_nothing_works_has_failed(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """It tries no more PCs than its cap, names the first ones, and does not end as a success."""
    pc_ids = await lab.add_retired(31 * DAY, 30)
    await add_stranger(lab, *pc_ids)
    with pytest.raises(RetirementFailedError, match="25 PCs could not be purged"):
        await deleter(BatchSize=10, MaxPerRun=25).run()
    assert len(await lab.retired()) == 30
    assert len(errors(caplog)) == 21
    assert errors(caplog)[-1] == "pc_delete could not purge 5 more PCs"


async def test_failures_do_not_keep_the_others_from_going(lab: Lab, deleter: MakeDeleter) -> None:
    """The oldest cannot go; with a cap of three the three after them still do."""
    stuck = await lab.add_retired(40 * DAY, 2)
    await lab.add_retired(31 * DAY, 3)
    await add_stranger(lab, *stuck)
    await deleter(BatchSize=3, MaxPerRun=3).run()
    assert await lab.retired() == stuck


async def test_a_heavy_pc_that_cannot_be_erased_is_told_and_tried_again(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """It is purged for everybody; the run that finds the way free erases the rest."""
    (pc_id,) = await lab.add_retired(31 * DAY)
    await lab.add_events(pc_id, 5_001)
    await add_stranger(lab, pc_id)
    await deleter().run()
    with pytest.raises(RetirementFailedError):
        await deleter().run()
    assert (
        errors(caplog)
        == [
            (
                "pc_delete could not purge a PC pc_id=1 mac=None"
                " error=StillReferencedError constraint=fk_pc_tags_pc_id"
            )
        ]
        * 2
    )
    await lab.execute("DELETE FROM pc_tags")
    await deleter().run()
    assert await lab.pcs() == {}
    assert await lab.audit() == [("pc.purged", pc_id)]


async def test_a_pc_whose_retirement_fails_is_passed_over(
    lab: Lab, acknowledgements: SqlAcknowledgementStore, database: Database, clock: FakeClock
) -> None:
    """The others are retired; the next run tries it again."""

    class Fragile(SqlRetirementStore):
        broken = 2

        async def retire(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:
            if self.broken in ids:
                raise ValueError
            return await super().retire(ids, rule, stamp)

    store = Fragile(database)
    await lab.add(3)
    job = Deleter(store, acknowledgements, clock)
    await job.run()
    assert (await lab.live(), await lab.retired()) == ([2], [1, 3])
    store.broken = 0
    await job.run()
    assert await lab.live() == []


async def test_a_store_that_is_away_fails_the_run(
    lab: Lab, deleter: MakeDeleter, away: Outage
) -> None:
    """Nothing is written; when it is back, the next run does its work."""
    await lab.add()
    job = deleter()
    with away(), pytest.raises(StoreUnavailableError):
        await job.run()
    assert len(await lab.live()) == 1
    await job.run()
    assert await lab.live() == []


@pytest.mark.parametrize("verb", ["retire", "purge", "claim", "erase"])
async def test_a_store_that_goes_away_in_the_middle_fails_the_run(
    lab: Lab,
    database: Database,
    acknowledgements: SqlAcknowledgementStore,
    clock: FakeClock,
    verb: str,
) -> None:
    """It is not asked for PC after PC; what was done by then stays, and the next run goes on."""
    await lab.add(2)
    await lab.add_retired(31 * DAY, 2)
    (heavy,) = await lab.add_retired(32 * DAY)
    await lab.add_events(heavy, 5_001)
    failing = True

    async def go_away(at: str, ids: Sequence[int]) -> None:
        if failing and at == verb:
            raise StoreUnavailableError

    seam = InterleavedStore(database, go_away)
    job = Deleter(seam, acknowledgements, clock, BatchSize=2)
    with pytest.raises(StoreUnavailableError):
        await job.run()
    assert [at for at, _ in seam.writes].count(verb) == 1
    failing = False
    await job.run()
    assert await lab.live() == []
    assert len(await lab.pcs()) == 2
    assert len(await lab.audit()) == len(set(await lab.audit())) == 5


async def test_a_stop_is_honored_between_batches(
    lab: Lab, database: Database, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> None:
    """Stopped during the third batch: three batches are done, and the line of the run says so."""
    await lab.add(50)
    ct = CancellationTokenSource(clock)
    seam = InterleavedStore(database)

    async def stop_in_the_third(verb: str, ids: Sequence[int]) -> None:
        if len(seam.writes) == 3:
            ct.cancel()

    seam.before_write = stop_in_the_third
    with pytest.raises(asyncio.CancelledError):
        await Deleter(seam, acknowledgements, clock, BatchSize=10).run(ct)
    assert len(await lab.retired()) == 30


async def test_case_16_a_run_that_ended_between_two_batches_is_made_good(
    lab: Lab, database: Database, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> None:
    """Whatever transaction was the last one: the next run completes, each PC is told once."""
    await lab.add(4)
    await lab.add_retired(31 * DAY, 4)

    class KilledError(BaseException):
        """Nobody gets to clean up."""

    seam = InterleavedStore(database)

    async def kill_before_the_second(verb: str, ids: Sequence[int]) -> None:
        if len(seam.writes) % 2 == 0:
            raise KilledError

    seam.before_write = kill_before_the_second
    job = Deleter(seam, acknowledgements, clock, BatchSize=1)
    for _ in range(7):
        with pytest.raises(KilledError):
            await job.run()
    await job.run()
    assert await lab.retired() == [1, 2, 3, 4]
    assert sorted(await lab.audit()) == [
        *(("pc.purged", pc_id) for pc_id in (5, 6, 7, 8)),
        *(("pc.retired", pc_id) for pc_id in (1, 2, 3, 4)),
    ]
