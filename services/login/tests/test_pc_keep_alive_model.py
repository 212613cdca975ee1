"""The sweep in SQL against the rule of the domain."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from login.domain.pc import PcStatus
from login.domain.staleness import StaleRule
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .fleet import OFFLINE, ONLINE, Fleet
from .sweeper import Sweeper

SILENCES = st.one_of(
    st.none(),
    st.sampled_from([299.999999, 300.0, 300.000001]),
    st.integers(-7_200_000_000, 7_200_000_000).map(lambda microseconds: microseconds / 1e6),
)
PCS = st.lists(st.tuples(st.sampled_from([ONLINE, OFFLINE]), SILENCES), max_size=20)


def expected(status: PcStatus, silence: float | None) -> PcStatus:
    now = FakeClock().now()
    rule = StaleRule(cutoff=now - timedelta(seconds=300), latest_credible=now)
    last = None if silence is None else now - timedelta(seconds=silence)
    return OFFLINE if status is OFFLINE or rule.covers(last) else ONLINE


# The one database is emptied before each example.
@settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pcs=PCS, batch_size=st.integers(1, 7))
async def test_the_sweep_agrees_with_the_rule(
    database: Database, pcs: list[tuple[PcStatus, float | None]], batch_size: int
) -> None:
    """Over any fleet and batch size, exactly the online PCs that are stale go offline."""
    found, events = await _sweep(database, pcs, batch_size)
    assert found == [expected(status, silence) for status, silence in pcs]
    changed = [at for at, (status, _) in enumerate(pcs, start=1) if status != found[at - 1]]
    assert events == changed


async def _sweep(
    database: Database, pcs: list[tuple[PcStatus, float | None]], batch_size: int
) -> tuple[list[PcStatus], list[int]]:
    clock = FakeClock()
    fleet = Fleet(database, clock)
    await fleet.execute("DELETE FROM pc_status_events")
    await fleet.execute("DELETE FROM pcs")
    for status, silence in pcs:
        await fleet.add(silence, status=status)
    await Sweeper(SqlSweepStore(database), clock, BatchSize=batch_size).sweep()
    return await fleet.statuses(), [pc for pc, *_ in await fleet.events()]
