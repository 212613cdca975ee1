"""How the database finds what a sweep asks for."""

from datetime import timedelta

from login.domain.staleness import StaleRule
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .fleet import OFFLINE, Fleet
from .statements import plans


async def test_a_batch_is_found_by_its_ids(
    database: Database, fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """The batches together read each online PC once; none reads or sorts the table."""
    await fleet.add(*[0.0] * 8_000, *[301.0] * 1_000)
    await fleet.add(*[0.0] * 1_000, status=OFFLINE)
    await fleet.execute("ANALYZE")
    rule = StaleRule(clock.now() - timedelta(minutes=5), clock.now())
    with plans(database) as found:
        batch = await sweep_store.candidates(rule, 8_300, 500)
        await sweep_store.mark_offline([pc.id for pc in batch], rule, clock.now())
    by_id = "USING INTEGER PRIMARY KEY (rowid" if database.is_sqlite else "using ix_pcs_online"
    look, write = found
    assert by_id in look
    assert by_id in write
    for whole in ("SCAN pcs", "Seq Scan on pcs", "Sort", "TEMP B-TREE"):
        assert whole not in look + write
