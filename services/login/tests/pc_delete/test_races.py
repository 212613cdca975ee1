"""Keep-alives, restorations and sign-ins that meet the job between its transactions."""

import asyncio
from collections.abc import Sequence

from login.domain.pc import Registration
from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.pc_repository import SqlPcRepository
from login.storage.retirement_store import SqlRetirementStore
from loopjobs.testing import FakeClock
from servicekit.database import Database

from ..fleet import credential_of  # noqa: TID252 - tests are no package that could be named
from .deleter import Deleter, MakeDeleter
from .lab import ADMIN, DAY, NEW_CREDENTIAL, Lab
from .seams import InterleavedStore


async def test_a_pc_that_was_heard_before_the_write_stays(
    lab: Lab,
    database: Database,
    acknowledgements: SqlAcknowledgementStore,
    pcs: SqlPcRepository,
    clock: FakeClock,
) -> None:
    """The write repeats the condition; the other PC of the batch is retired."""
    heard, silent = await lab.add(2)
    mac = await lab.mac(heard)

    async def hear(verb: str, ids: Sequence[int]) -> None:
        await pcs.keep_alive(mac, credential_of(heard), clock.now())

    await Deleter(InterleavedStore(database, hear), acknowledgements, clock).run()
    assert (await lab.live(), await lab.retired()) == ([heard], [silent])
    assert await lab.audit() == [("pc.retired", silent)]


async def test_case_04_a_sign_in_before_the_write_keeps_the_pc(
    lab: Lab,
    database: Database,
    acknowledgements: SqlAcknowledgementStore,
    clock: FakeClock,
) -> None:
    """Between the list and the write somebody signs in at the PC: neither retired nor purged."""
    (live,) = await lab.add()
    (retired,) = await lab.add_retired(31 * DAY)

    async def sign_in(verb: str, ids: Sequence[int]) -> None:
        await lab.add_session(ids[0], expires_in=DAY)

    await Deleter(InterleavedStore(database, sign_in), acknowledgements, clock).run()
    assert (await lab.live(), await lab.retired()) == ([live], [retired])
    assert (await lab.children())["auth_sessions"] == 2


async def test_case_09_a_pc_that_was_restored_before_the_delete_is_whole(
    lab: Lab,
    database: Database,
    acknowledgements: SqlAcknowledgementStore,
    pcs: SqlPcRepository,
    clock: FakeClock,
) -> None:
    """The batch was chosen, the PC came back, the DELETE passes over it: its rows are all there."""
    restored, other = await lab.add_retired(31 * DAY, 2)
    for pc_id in (restored, other):
        await lab.add_events(pc_id, 3)
        await lab.add_session(pc_id, expires_in=-DAY)

    async def restore(verb: str, ids: Sequence[int]) -> None:
        assert (verb, ids) == ("purge", [restored, other])
        await pcs.restore(restored, ADMIN, clock.now())

    await Deleter(InterleavedStore(database, restore), acknowledgements, clock).run()
    assert list(await lab.pcs()) == await lab.live() == [restored]
    assert await lab.children() == {
        "pc_status_events": 3,
        "auth_sessions": 1,
        "refresh_tokens": 1,
    }


async def test_case_08_a_mac_address_comes_back_after_retirement_and_after_purge(
    lab: Lab, deleter: MakeDeleter, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """Registered while retired: the PC is restored; after the purge: a new one."""
    retired, purged = await lab.add(2)
    macs = [await lab.mac(retired), await lab.mac(purged)]
    await deleter().run()
    asked = Registration(macs[0], "again", "machine-1")
    pc, is_new = await pcs.register(asked, credential_of(retired), ADMIN, clock.now())
    assert (pc.id, is_new, pc.deleted_at) == (retired, False, None)
    await deleter(Mode="Hard").run()
    asked = Registration(macs[1], "again", "machine-2")
    pc, is_new = await pcs.register(asked, NEW_CREDENTIAL, ADMIN, clock.now())
    assert is_new
    assert await lab.live() == [retired, pc.id]
    assert pc.id > purged


async def test_two_instances_at_once_let_each_pc_go_once(
    lab: Lab,
    store: SqlRetirementStore,
    other: Database,
    acknowledgements: SqlAcknowledgementStore,
    clock: FakeClock,
) -> None:
    """Two processes run at once: nobody waits in vain, and the audit tells of each PC once."""
    live = await lab.add(40)
    retired = await lab.add_retired(31 * DAY, 40)
    for pc_id in retired:
        await lab.add_events(pc_id, 2)
        await lab.add_session(pc_id, expires_in=-DAY)
    stores = (store, SqlRetirementStore(other))
    jobs = [
        Deleter(at, acknowledgements, clock, BatchSize=size)
        for at, size in zip(stores, (5, 7), strict=True)
    ]
    await asyncio.gather(*(job.run() for job in jobs))
    await jobs[0].run()  # a batch that met the other's locks waits for the next run
    assert list(await lab.pcs()) == await lab.retired() == live
    assert sorted(await lab.audit()) == sorted(
        [("pc.retired", pc_id) for pc_id in live] + [("pc.purged", pc_id) for pc_id in retired]
    )
