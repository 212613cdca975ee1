"""What became of PCs is counted as it happens, and agrees with what the database has noted."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from random import Random

import pytest

from login.domain.errors import PcError
from login.domain.pc import PcStatus, Registration, RemovedBy
from login.domain.pc_counts import PcCounts
from login.storage.pc_repository import SqlPcRepository
from login.storage.provisioning import SqlPcProvisioning
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .fleet import OFFLINE, ONLINE, Fleet, credential_of, mac_of
from .sweeper import Sweeper

ADMIN = "user:7"


class Counted:
    """All that changes PCs, counted together."""

    def __init__(self, database: Database, fleet: Fleet, clock: FakeClock) -> None:
        self.counts = PcCounts()
        self.pcs = SqlPcRepository(database, self.counts)
        self.provisioning = SqlPcProvisioning(database, self.counts)
        self.sweeper = Sweeper(SqlSweepStore(database, self.counts), clock)
        self._fleet = fleet
        self._clock = clock

    async def speak(self, *pc_ids: int, late: float = 0.0) -> None:
        """Send keep-alives at the same time."""
        at = self._clock.now() - timedelta(seconds=late)
        await asyncio.gather(
            *(self.pcs.keep_alive(mac_of(each), credential_of(each), at) for each in pc_ids)
        )

    async def register(self, pc_id: int) -> None:
        asked = Registration(mac_of(pc_id), f"pc-{pc_id}")
        await self.pcs.register(asked, credential_of(pc_id), ADMIN, self._clock.now())

    async def retire(self, *pc_ids: int) -> None:
        """Remove PCs as the job does."""
        for pc_id in pc_ids:
            await self._fleet.execute(
                "UPDATE pcs SET deleted_at = created_at, deleted_by = :by WHERE id = :id",
                by=RemovedBy.JOB.value,
                id=pc_id,
            )

    async def agree(self) -> bool:
        """Return whether the database has noted as many transitions, which its triggers do."""
        noted = Counter(to for _, _, to, *_ in await self._fleet.events())
        return self.counts.transitions == {each: noted[each] for each in PcStatus}


@pytest.fixture
def counted(database: Database, fleet: Fleet, clock: FakeClock) -> Counted:
    return Counted(database, fleet, clock)


async def test_all_that_changes_a_status_is_counted(
    counted: Counted, fleet: Fleet, clock: FakeClock
) -> None:
    """Being heard alone and with others, falling silent, saying goodbye, being removed."""
    await fleet.add(*[900.0] * 5, status=OFFLINE, offline_since=clock.now())
    await counted.speak(1)
    await clock.advance(1)
    await counted.speak(1, 2, 3, 4)
    assert counted.counts.transitions == {ONLINE: 4, OFFLINE: 0}
    await clock.advance(1)
    await counted.pcs.go_offline(mac_of(1), credential_of(1), clock.now())
    await counted.pcs.go_offline(mac_of(1), credential_of(1), clock.now())
    await counted.pcs.remove(2, ADMIN, clock.now())
    await counted.provisioning.remove(mac_of(3), ADMIN, clock.now())
    await clock.advance(3_600)
    await counted.sweeper.sweep()
    assert counted.counts.transitions == {ONLINE: 4, OFFLINE: 4}
    await counted.register(1)
    assert counted.counts.transitions == {ONLINE: 5, OFFLINE: 4}
    assert await counted.agree()
    assert counted.counts.restored == 0


async def test_all_that_brings_a_pc_back_is_counted(
    counted: Counted, fleet: Fleet, clock: FakeClock
) -> None:
    """Being heard, registering, an administrator who restores it or describes it; each once."""
    await fleet.add(*[900.0] * 4, status=OFFLINE, offline_since=clock.now())
    await counted.retire(1, 2, 3, 4)
    for _ in range(2):
        await counted.speak(1)
        await counted.register(2)
        await counted.pcs.restore(3, ADMIN, clock.now())
        asked = Registration(mac_of(4), "pc-4")
        await counted.provisioning.put(asked, ADMIN, clock.now())
        await clock.advance(1)
    assert counted.counts.restored == 4
    assert [entry[0] for entry in await fleet.audit()] == ["pc.restored"] * 4
    assert await counted.agree()


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_counts_agree_with_the_database(
    counted: Counted, fleet: Fleet, clock: FakeClock, seed: int
) -> None:
    """Late keep-alives, removed PCs and refusals among it."""
    chance = Random(seed)  # noqa: S311 - predictable chance
    await fleet.add(*[900.0] * 3, status=OFFLINE, offline_since=clock.now())
    for _ in range(60):
        pc_id, late = chance.randint(1, 3), chance.choice([0.0, 0.0, 2.5])
        happenings: list[Callable[[], Awaitable[object]]] = [
            partial(counted.speak, pc_id, late=late),
            partial(counted.speak, *chance.sample(range(1, 4), 2), late=late),
            partial(counted.pcs.go_offline, mac_of(pc_id), credential_of(pc_id), clock.now()),
            partial(counted.register, pc_id),
            partial(counted.pcs.remove, pc_id, ADMIN, clock.now()),
            partial(counted.pcs.restore, pc_id, ADMIN, clock.now()),
            counted.sweeper.sweep,
        ]
        with suppress(PcError):
            await chance.choice(happenings)()
        await clock.advance(chance.choice([1, 400]))
    assert await counted.agree()
    restored = [entry for entry in await fleet.audit() if entry[0] == "pc.restored"]
    assert counted.counts.restored == len(restored) > 0
