"""Retired PCs are purged, with all that hangs on them."""

from datetime import timedelta

import pytest

from login.domain.errors import PcRemovedError
from login.domain.pc import PcStatus, RemovedBy
from login.storage.pc_repository import SqlPcRepository
from loopjobs.testing import FakeClock

from ..fleet import credential_of  # noqa: TID252 - tests are no package that could be named
from .deleter import MakeDeleter
from .lab import ADMIN, DAY, SECOND, Lab

NOTHING = {"pc_status_events": 0, "auth_sessions": 0, "refresh_tokens": 0}


async def test_only_who_was_retired_for_longer_is_purged(lab: Lab, deleter: MakeDeleter) -> None:
    """30 days and a second: gone; 30 days: still there."""
    await lab.add_retired(30 * DAY + SECOND)
    exact = await lab.add_retired(30 * DAY)
    await deleter().run()
    assert list(await lab.pcs()) == exact


async def test_all_that_hangs_on_a_pc_goes_with_it_and_nothing_else(
    lab: Lab, deleter: MakeDeleter
) -> None:
    """Status events, sessions, and the refresh tokens of these; others keep theirs."""
    (gone,) = await lab.add_retired(31 * DAY)
    (kept,) = await lab.add_retired(DAY)
    for pc_id in (gone, kept):
        await lab.add_events(pc_id, 3)
        await lab.add_session(pc_id, expires_in=-DAY, tokens=2)
    await lab.add_session(None, expires_in=DAY)
    await deleter().run()
    assert list(await lab.pcs()) == [kept]
    assert await lab.children() == {
        "pc_status_events": 3,
        "auth_sessions": 2,
        "refresh_tokens": 3,
    }


async def test_the_audit_outlives_the_pc(lab: Lab, deleter: MakeDeleter, clock: FakeClock) -> None:
    """When, by whom, and what there is to know about the PC."""
    (gone,) = await lab.add_retired(31 * DAY)
    pc = (await lab.pcs())[gone]
    await deleter().run()
    (row,) = await lab.audit_rows()
    assert (row.action, row.actor, row.at, row.pc_id) == (
        "pc.purged",
        "job:PcDeleteJob",
        clock.now(),
        gone,
    )
    assert pc.last_keep_alive_at is not None
    assert row.details == {
        "mac": "02:00:00:00:00:01",
        "hostname": "pc-1",
        "last_keep_alive_at": pc.last_keep_alive_at.isoformat(),
        "offline_start_time": pc.last_keep_alive_at.isoformat(),
    }


async def test_a_pc_goes_through_both_phases(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock
) -> None:
    """Retired first, purged 30 days later, and each told once however often the job runs."""
    (pc_id,) = await lab.add()
    job = deleter()
    await job.run()
    await job.run()
    await clock.advance(timedelta(days=30).total_seconds())
    await job.run()
    assert await lab.retired() == [pc_id]
    await clock.advance(1)
    await job.run()
    await job.run()
    assert await lab.pcs() == {}
    assert await lab.audit() == [("pc.retired", pc_id), ("pc.purged", pc_id)]


@pytest.mark.parametrize("options", [{"PurgeAfterDays": 0}, {"Mode": "hard"}])
async def test_without_a_second_thought_a_pc_is_gone_in_one_run(
    lab: Lab, deleter: MakeDeleter, options: dict[str, object]
) -> None:
    """`Hard`, and an age of 0, retire and purge in the same run."""
    (pc_id,) = await lab.add()
    await lab.add_events(pc_id, 2)
    (kept,) = await lab.add(pinned=True)
    await deleter(**options).run()
    assert list(await lab.pcs()) == [kept]
    assert await lab.audit() == [("pc.retired", pc_id), ("pc.purged", pc_id)]


async def test_a_retired_pc_is_not_purged_while_it_is_wanted(
    lab: Lab, deleter: MakeDeleter
) -> None:
    """Somebody pinned it, or is signed in at it."""
    (pinned,) = await lab.add_retired(31 * DAY, pinned=True)
    (signed_in,) = await lab.add_retired(31 * DAY)
    await lab.add_session(signed_in, expires_in=DAY)
    await deleter(Mode="Hard").run()
    assert list(await lab.pcs()) == [pinned, signed_in]


async def test_case_06_a_keep_alive_brings_a_retired_pc_back(
    lab: Lab, deleter: MakeDeleter, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """Online, not removed, and safe from the next run."""
    (pc_id,) = await lab.add()
    await deleter().run()
    await pcs.keep_alive(await lab.mac(pc_id), credential_of(pc_id), clock.now())
    await deleter(Mode="Hard").run()
    pc = (await lab.pcs())[pc_id]
    assert (pc.deleted_at, pc.offline_start_time) == (None, None)
    assert await lab.audit() == [("pc.retired", pc_id), ("pc.restored", pc_id)]


async def test_case_07_whom_an_administrator_removed_a_keep_alive_does_not_bring_back(
    lab: Lab, deleter: MakeDeleter, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """Before a run and after it: 410, still removed, and nothing is told of it."""
    (pc_id,) = await lab.add()
    await pcs.remove(pc_id, ADMIN, clock.now())
    for _ in range(2):
        with pytest.raises(PcRemovedError):
            await pcs.keep_alive(await lab.mac(pc_id), credential_of(pc_id), clock.now())
        await deleter(Mode="Hard").run()
    pc = (await lab.pcs())[pc_id]
    assert (pc.deleted_by, pc.status) == (RemovedBy.ADMIN, PcStatus.OFFLINE)
    assert await lab.audit() == [("pc.removed", pc_id)]


async def test_a_pc_that_a_person_restores_is_not_retired_again(
    lab: Lab, deleter: MakeDeleter, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """Its being offline is counted anew, also where it was never heard."""
    (heard,) = await lab.add()
    (unheard,) = await lab.add(last_keep_alive_at=None)
    await deleter().run()
    assert await lab.retired() == [heard, unheard]
    for pc_id in (heard, unheard):
        restored = await pcs.restore(pc_id, ADMIN, clock.now())
        assert restored.offline_start_time == clock.now()
    await deleter().run()
    assert await lab.live() == [heard, unheard]


async def test_case_10_the_oldest_go_first_and_the_rest_waits(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock
) -> None:
    """120 candidates and a cap of 50: 50, 50, 20."""
    now = clock.now()
    rows = []
    for number in range(120):
        since = now - 100 * DAY - (number * 79 % 120) * SECOND
        rows.append(lab.row(offline_start_time=since, last_keep_alive_at=since))
    await lab.insert(rows)
    job = deleter(MaxPerRun=50, BatchSize=20)
    left = []
    for _ in range(4):
        await job.run()
        live = [pc for pc in (await lab.pcs()).values() if pc.deleted_at is None]
        left.append(len(live))
        assert all(
            pc.offline_start_time > now - 100 * DAY - len(live) * SECOND
            for pc in live
            if pc.offline_start_time
        )
    assert left == [70, 20, 0, 0]


async def test_case_10_the_cap_bounds_each_phase(lab: Lab, deleter: MakeDeleter) -> None:
    """Three to retire and three to purge, a cap of two: two of each, longest away first."""
    waiting = [await lab.add_silent(days * DAY) for days in (91, 93, 92)]
    retired = [(await lab.add_retired(days * DAY))[0] for days in (31, 33, 32)]
    await deleter(MaxPerRun=2, BatchSize=1).run()
    assert await lab.live() == waiting[:1]
    assert await lab.retired() == [*waiting[1:], retired[0]]
