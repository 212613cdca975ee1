"""Who is retired, and who stays."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from login.domain.pc import PcStatus
from loopjobs.testing import FakeClock

from ..fleet import Fleet  # noqa: TID252 - tests are no package that could be named
from .deleter import MakeDeleter
from .lab import DAY, SECOND, Lab


async def test_case_01_only_what_is_older_than_the_age_is_retired(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock
) -> None:
    """90 days and a second offline: retired, with the moment and by whom; 90 days: kept."""
    older = await lab.add_silent(90 * DAY + SECOND)
    exact = await lab.add_silent(90 * DAY)
    await deleter().run()
    assert await lab.live() == [exact]
    pc = (await lab.pcs())[older]
    assert (pc.deleted_at, pc.updated_at, pc.version) == (clock.now(), clock.now(), 2)
    assert await lab.retired() == [older]


async def test_case_01_the_age_is_an_option(lab: Lab, deleter: MakeDeleter) -> None:
    """Half a day is an age as well."""
    older = await lab.add_silent(0.5 * DAY + SECOND)
    exact = await lab.add_silent(0.5 * DAY)
    await deleter(DeleteAfterDays=0.5).run()
    assert (await lab.retired(), await lab.live()) == ([older], [exact])


async def test_case_02_the_database_refuses_an_online_pc_with_a_start_of_being_offline(
    lab: Lab,
) -> None:
    """Such a row cannot come to be."""
    with pytest.raises(IntegrityError, match="online_is_not_offline"):
        await lab.add(status=PcStatus.ONLINE)


async def test_case_02_an_online_pc_is_kept_whatever_its_row_says(
    lab: Lab,
    fleet: Fleet,
    deleter: MakeDeleter,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Even in a database without that rule it stays, and a warning tells of it once."""
    await fleet.ignore_constraint("ck_pcs_online_is_not_offline")
    (corrupt,) = await lab.add(status=PcStatus.ONLINE)
    (silent,) = await lab.add(status=PcStatus.ONLINE, offline_start_time=None)
    job = deleter(DeleteAfterDays=0.001)
    for _ in range(2):
        await job.run()
    assert await lab.live() == [corrupt, silent]
    assert [line.getMessage() for line in caplog.records if line.levelno == logging.WARNING] == [
        "pc_delete 1 online PCs claim a start of being offline; they stay"
    ]


@pytest.mark.parametrize("column", ["last_keep_alive_at", "offline_start_time"])
async def test_case_03_both_signals_must_agree(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock, column: str
) -> None:
    """Offline for 100 days but heard yesterday, or the other way around: kept."""
    kept = await lab.insert([lab.row(**{column: clock.now() - DAY})])
    await deleter().run()
    assert await lab.live() == kept


async def test_case_04_a_pinned_pc_is_kept(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """However long it is away; the line of the run counts it."""
    caplog.set_level(logging.DEBUG)
    pinned = await lab.add(pinned=True)
    await deleter().run()
    assert await lab.live() == pinned
    assert "candidates=0 retired=0" in caplog.text
    assert "skipped_pinned=1 skipped_in_session=0" in caplog.text


async def test_case_04_a_pc_at_which_somebody_is_signed_in_is_kept(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """A live session keeps its PC, and no other."""
    caplog.set_level(logging.DEBUG)
    signed_in, other = await lab.add(2)
    await lab.add_session(signed_in, expires_in=SECOND)
    await lab.add_session(None, expires_in=DAY)
    await deleter().run()
    assert (await lab.live(), await lab.retired()) == ([signed_in], [other])
    assert "skipped_pinned=0 skipped_in_session=1" in caplog.text


async def test_case_04_a_session_that_is_over_keeps_nobody(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock
) -> None:
    """Expired or revoked; what was not revoked is, with the PC."""
    expired, revoked = await lab.add(2)
    first = await lab.add_session(expired, expires_in=timedelta())
    second = await lab.add_session(revoked, expires_in=DAY)
    await lab.execute(
        "UPDATE auth_sessions SET revoked_at = created_at, revoke_reason = 'logout' WHERE id = :id",
        id=second,
    )
    await deleter().run()
    assert await lab.retired() == [expired, revoked]
    ended, untouched = await lab.session_row(first), await lab.session_row(second)
    assert (ended.revoked_at, ended.revoke_reason) == (clock.now(), "pc_retired")
    assert untouched.revoke_reason == "logout"


async def test_a_pc_that_is_offline_since_nobody_knows_when_is_not_infinitely_old(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Its last change of status counts instead, and a warning tells how many there are."""
    recent = clock.now() - 89 * DAY
    (kept,) = await lab.add(offline_start_time=None, status_changed_at=recent)
    (old,) = await lab.add(offline_start_time=None)
    await deleter().run()
    assert (await lab.live(), await lab.retired()) == ([kept], [old])
    assert (
        "pc_delete 2 PCs are offline since nobody knows when; their last change of status counts"
        in caplog.text
    )


async def test_a_pc_that_was_never_online_goes_by_its_creation(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Registered by somebody a week ago and never switched on; that is nothing odd."""
    for start in (True, False):
        for age in (7 * DAY, 7 * DAY + SECOND):
            created = clock.now() - age
            await lab.add(
                last_keep_alive_at=None,
                created_at=created,
                status_changed_at=created,
                offline_start_time=created if start else None,
            )
    await deleter().run()
    assert (await lab.live(), await lab.retired()) == ([1, 3], [2, 4])
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]


async def test_a_pc_that_was_never_online_can_be_kept(lab: Lab, deleter: MakeDeleter) -> None:
    """Whoever provisions a year ahead switches that off."""
    created = (lab.row())["created_at"]
    kept = await lab.add(
        last_keep_alive_at=None, status_changed_at=created, offline_start_time=None
    )
    await deleter(NeverSeenAfterDays=None).run()
    assert await lab.live() == kept


async def test_a_pc_that_lost_its_last_keep_alive_was_online_all_the_same(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock
) -> None:
    """It goes by the age of silence, not by the one of those who were never seen."""
    kept = await lab.add(last_keep_alive_at=None, offline_start_time=clock.now() - 89 * DAY)
    old = await lab.add(last_keep_alive_at=None)
    await deleter().run()
    assert (await lab.live(), await lab.retired()) == (kept, old)


async def test_whom_an_administrator_removed_stays_removed(lab: Lab, deleter: MakeDeleter) -> None:
    """The job neither retires nor purges such a PC, in whatever mode."""
    (removed,) = await lab.add_retired(1_000 * DAY, deleted_by="admin")
    before = await lab.pcs()
    await deleter(Mode="Hard").run()
    assert await lab.pcs() == before
    assert removed in before
    assert await lab.audit() == []
