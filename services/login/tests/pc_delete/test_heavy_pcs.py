"""PCs on which more hangs than one transaction should delete."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login.domain import purging
from login.domain.batch_pace import BatchPace
from login.domain.departures import in_batches
from login.domain.errors import CredentialUnknownError, PcNotFoundError
from login.domain.pc import Registration
from login.domain.retirement_ports import Departing
from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.pc_repository import SqlPcRepository
from loopjobs import CancellationTokenSource
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.mac import MacAddress

from ..fleet import credential_of  # noqa: TID252 - tests are no package that could be named
from .deleter import Deleter
from .lab import ADMIN, DAY, NEW_CREDENTIAL, Lab
from .seams import InterleavedStore

ROWS_AT_ONCE = 50
"""As few as show the bits; a service takes more."""
NOTHING = {"pc_status_events": 0, "auth_sessions": 0, "refresh_tokens": 0}


@pytest.fixture(autouse=True)
def small_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "ROWS_AT_ONCE", ROWS_AT_ONCE)


@pytest.fixture
def seam(database: Database) -> InterleavedStore:
    return InterleavedStore(database)


@pytest.fixture
def job(
    seam: InterleavedStore, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> Deleter:
    return Deleter(seam, acknowledgements, clock)


async def add_heavy(lab: Lab) -> int:
    (pc_id,) = await lab.add_retired(31 * DAY)
    await lab.add_events(pc_id, 2 * ROWS_AT_ONCE + 1)
    await lab.add_session(pc_id, expires_in=-DAY, tokens=3)
    return pc_id


async def test_a_heavy_pc_is_claimed_and_erased_in_bits(
    lab: Lab, job: Deleter, seam: InterleavedStore
) -> None:
    """Each transaction deletes so many rows at the most; in the end nothing is left."""
    pc_id = await add_heavy(lab)
    (light,) = await lab.add_retired(31 * DAY)
    left = []

    async def count(verb: str, ids: Sequence[int]) -> None:
        left.append(sum((await lab.children()).values()))

    seam.before_write = count
    await job.run()
    assert seam.writes == [
        ("claim", [pc_id]),
        ("purge", [light]),
        *[("erase", [pc_id])] * 3,
    ]
    assert left == [105, 105, 105, 55, 5]
    assert await lab.pcs() == {}
    assert await lab.children() == NOTHING
    assert await lab.audit() == [("pc.purged", pc_id), ("pc.purged", light)]


async def test_a_claimed_pc_is_purged_for_everybody_else(
    lab: Lab, job: Deleter, seam: InterleavedStore, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """No keep-alive and no person brings it back, and its registration makes a new PC."""
    pc_id = await add_heavy(lab)
    mac = await lab.mac(pc_id)
    met: list[int] = []

    async def meet(verb: str, ids: Sequence[int]) -> None:
        if verb == "erase" and not met:
            with pytest.raises(CredentialUnknownError):
                await pcs.keep_alive(mac, credential_of(pc_id), clock.now())
            with pytest.raises(PcNotFoundError):
                await pcs.restore(pc_id, ADMIN, clock.now())
            pc, is_new = await pcs.register(
                Registration(mac, "again"), NEW_CREDENTIAL, ADMIN, clock.now()
            )
            assert is_new
            met.append(pc.id)

    seam.before_write = meet
    await job.run()
    assert list(await lab.pcs()) == met


async def test_what_an_interrupted_run_left_of_a_claimed_pc_the_next_one_erases(
    lab: Lab, job: Deleter, seam: InterleavedStore, clock: FakeClock
) -> None:
    """The audit tells of the PC once all the same."""
    pc_id = await add_heavy(lab)
    ct = CancellationTokenSource(clock)

    async def stop(verb: str, ids: Sequence[int]) -> None:
        if verb == "erase":
            ct.cancel()

    seam.before_write = stop
    with pytest.raises(asyncio.CancelledError):
        await job.run(ct)
    assert [pc.mac for pc in (await lab.pcs()).values()] == [MacAddress("0" * 12)]
    assert sum((await lab.children()).values()) == ROWS_AT_ONCE + 5
    await job.run()
    assert await lab.pcs() == {}
    assert await lab.children() == NOTHING
    assert await lab.audit() == [("pc.purged", pc_id)]


async def test_case_09_a_heavy_pc_that_came_back_before_the_claim_is_whole(
    lab: Lab, job: Deleter, seam: InterleavedStore, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """The claim repeats the condition, and nothing is erased before it."""
    pc_id = await add_heavy(lab)
    before = await lab.children()

    async def restore(verb: str, ids: Sequence[int]) -> None:
        if verb == "claim":
            await pcs.restore(pc_id, ADMIN, clock.now())

    seam.before_write = restore
    await job.run()
    assert await lab.live() == [pc_id]
    assert await lab.children() == before


async def test_two_runs_erase_a_claimed_pc_together(
    lab: Lab,
    seam: InterleavedStore,
    acknowledgements: SqlAcknowledgementStore,
    other: Database,
    clock: FakeClock,
) -> None:
    """Neither waits for the other for long, and the PC is told once."""
    pc_id = await add_heavy(lab)
    jobs = [
        Deleter(seam, acknowledgements, clock),
        Deleter(InterleavedStore(other), acknowledgements, clock),
    ]
    await asyncio.gather(*(job.run() for job in jobs))
    await jobs[0].run()
    assert await lab.pcs() == {}
    assert await lab.audit() == [("pc.purged", pc_id)]


@given(
    weights=st.lists(st.integers(0, 12), max_size=30),
    most=st.integers(1, 5),
    heaviest=st.integers(0, 10),
)
def test_batches_are_small_and_light_and_in_order(
    weights: list[int], most: int, heaviest: int
) -> None:
    """Nobody is lost, and only who is too heavy alone makes a batch too heavy."""
    start = FakeClock().now()
    page = [Departing(start, at, MacAddress(f"02{at:010x}")) for at in range(len(weights))]
    batches = list(
        in_batches(page, BatchPace(most, FakeClock()), dict(enumerate(weights)), heaviest)
    )
    assert [pc for batch in batches for pc in batch] == page
    for batch in batches:
        assert 1 <= len(batch) <= most
        assert len(batch) == 1 or sum(weights[pc.id] for pc in batch) <= heaviest
