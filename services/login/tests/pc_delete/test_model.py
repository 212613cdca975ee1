"""The job in SQL against the rule of the domain."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from login.domain.pc import Pc, PcStatus, RemovedBy
from login.domain.retirement_rule import RetirementAges, RetirementRule
from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.retirement_store import SqlRetirementStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .deleter import Deleter
from .lab import DAY, Lab

NOW = datetime.fromisoformat("2026-11-24T08:00:00Z")
MICROSECOND = timedelta(microseconds=1)

EDGES = [
    days * DAY + nudge for days in (1, 3, 10) for nudge in (-MICROSECOND, 0 * DAY, MICROSECOND)
]
AGES = st.one_of(st.sampled_from(EDGES), st.integers(0, 20).map(lambda days: days * DAY))
MOMENTS = AGES.map(lambda age: NOW - age)
PERHAPS = st.one_of(st.none(), MOMENTS)


@dataclass(frozen=True)
class Case:
    """A PC, and whether somebody is signed in at it."""

    columns: dict[str, object]
    session: timedelta | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    online = draw(st.booleans()) and draw(st.booleans())
    removed_at = None if online else draw(PERHAPS)
    by = None if removed_at is None else draw(st.sampled_from(RemovedBy)).value
    created_at = draw(MOMENTS)
    changed_at = draw(st.one_of(st.just(created_at), MOMENTS))
    columns: dict[str, object] = {
        "status": PcStatus.ONLINE if online else PcStatus.OFFLINE,
        "status_changed_at": changed_at,
        "last_keep_alive_at": draw(PERHAPS),
        "offline_start_time": None if online else draw(st.one_of(st.just(changed_at), PERHAPS)),
        "pinned": draw(st.sampled_from([False, False, True])),
        "created_at": created_at,
        "deleted_at": removed_at,
        "deleted_by": by,
    }
    return Case(columns, draw(st.sampled_from([None, None, timedelta(), MICROSECOND, -DAY])))


OPTIONS = st.fixed_dictionaries(
    {
        "DeleteAfterDays": st.sampled_from([1, 10]),
        "PurgeAfterDays": st.sampled_from([0, 3]),
        "NeverSeenAfterDays": st.sampled_from([None, 1, 3]),
        "Mode": st.sampled_from(["TwoPhase", "Hard"]),
        "BatchSize": st.integers(1, 4),
    }
)


def rule_of(options: dict[str, object]) -> RetirementRule:
    never_seen = options["NeverSeenAfterDays"]
    purge_after = 0 if options["Mode"] == "Hard" else options["PurgeAfterDays"]
    return RetirementAges(
        delete_after=float(str(options["DeleteAfterDays"])) * DAY,
        purge_after=float(str(purge_after)) * DAY,
        never_seen_after=None if never_seen is None else float(str(never_seen)) * DAY,
    ).draw_the_lines(NOW)


def expected(
    pcs: dict[int, Pc], in_session: set[int], rule: RetirementRule
) -> tuple[set[int], set[int]]:
    """Return who is retired and still there, and who is purged."""
    retired = {pc.id for pc in pcs.values() if rule.retires(pc, in_session=pc.id in in_session)}
    purged = {pc.id for pc in pcs.values() if rule.purges(pc, in_session=pc.id in in_session)}
    if rule.now < rule.purge_before:
        purged |= retired
    return retired - purged, purged


# The one database is emptied before each example.
@settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(fleet=st.lists(cases(), max_size=12), options=OPTIONS)
async def test_the_job_agrees_with_the_rule(
    database: Database, fleet: list[Case], options: dict[str, object]
) -> None:
    """Over any fleet and options: exactly who is to go goes, the rest is as it was, told once."""
    clock = FakeClock(now=NOW)
    lab = Lab(database, clock)
    await lab.clear()
    in_session = set()
    for pc in fleet:
        (pc_id,) = await lab.insert([lab.row(**pc.columns)])
        if pc.session is not None:
            await lab.add_session(pc_id, expires_in=pc.session)
            in_session |= {pc_id} if pc.session > timedelta() else set()
    before = await lab.pcs()
    retired, purged = expected(before, in_session, rule_of(options))
    store, acknowledgements = SqlRetirementStore(database), SqlAcknowledgementStore(database)
    job = Deleter(store, acknowledgements, clock, **options)
    await job.run()
    after, audit = await lab.pcs(), await lab.audit()
    assert set(after) == set(before) - purged
    assert {pc_id for pc_id in after if after[pc_id] != before[pc_id]} == retired
    assert all(after[pc_id].deleted_by is RemovedBy.JOB for pc_id in retired)
    check_kept(before, after, in_session)
    assert {pc for action, pc in audit if action == "pc.purged"} == purged
    assert len(audit) == len(set(audit))
    await job.run()
    assert (await lab.pcs(), await lab.audit()) == (after, audit)


def check_kept(before: dict[int, Pc], after: dict[int, Pc], in_session: set[int]) -> None:
    """Whoever is online, pinned or in use is untouched, whatever the rule says."""
    for pc in before.values():
        if pc.status is PcStatus.ONLINE or pc.pinned or pc.id in in_session:
            assert after[pc.id] == pc
