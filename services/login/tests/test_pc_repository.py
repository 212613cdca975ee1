"""PCs in the database: registering, being heard, leaving, being removed."""

from datetime import timedelta

import pytest

from login.domain.errors import (
    CredentialUnknownError,
    MacTakenError,
    PcNotFoundError,
    PcRemovedError,
)
from login.domain.pc import PcStatus, Registration, RemovedBy, StatusReason
from login.domain.pc_credential import PcCredential
from login.storage.pc_repository import SqlPcRepository
from loopjobs.testing import FakeClock
from servicekit.mac import MacAddress
from servicekit.testing.fixtures import on_sqlite

from .fleet import OFFLINE, ONLINE, Fleet, credential_of

MAC = MacAddress("001b21000001")
OWN, OTHER = PcCredential("lpc_own"), PcCredential("lpc_other")
CALLER, ADMIN = "client:labs", "user:7"
BY_JOB = "UPDATE pcs SET status = 0, deleted_at = updated_at, deleted_by = 'pc_delete_job'"


def asked(machine_id: str | None = "machine-1", hostname: str = "lab-01") -> Registration:
    return Registration(MAC, hostname, machine_id)


async def test_registering_counts_as_a_keep_alive(pcs: SqlPcRepository, clock: FakeClock) -> None:
    """A new PC is online from the moment of its registration."""
    pc, is_new = await pcs.register(asked(), OWN, CALLER, clock.now())
    assert is_new
    assert (pc.status, pc.last_keep_alive_at, pc.version) == (ONLINE, clock.now(), 1)
    assert await pcs.get(pc.id) == pc


async def test_registering_again_brings_a_pc_back_online(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """The same machine under a new name: the same PC, online, with one event."""
    pc, _ = await pcs.register(asked(), OWN, CALLER, clock.now())
    await pcs.go_offline(MAC, OWN, clock.now())
    await clock.advance(60)
    again, is_new = await pcs.register(asked(hostname="lab-02"), OWN, CALLER, clock.now())
    assert not is_new
    assert (again.id, again.hostname, again.status) == (pc.id, "lab-02", ONLINE)
    assert again.last_keep_alive_at == clock.now()
    assert [reason for *_, reason in await fleet.events()] == ["client", "keep_alive"]


async def test_a_machine_id_is_learned_and_never_forgotten(
    pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """An agent that cannot tell its machine id does not erase it."""
    learned = [
        (await pcs.register(asked(machine_id), OWN, CALLER, clock.now()))[0].machine_id
        for machine_id in (None, "machine-1", None)
    ]
    assert learned == [None, "machine-1", "machine-1"]


async def test_a_mac_address_in_use_is_not_given_away(
    pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """Another machine with the same MAC address is refused, and nothing changes."""
    pc, _ = await pcs.register(asked(), OWN, CALLER, clock.now())
    with pytest.raises(MacTakenError):
        await pcs.register(asked("machine-2"), OWN, CALLER, clock.now())
    assert await pcs.get(pc.id) == pc


async def test_a_keep_alive_moves_forward_only(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """A keep-alive that is processed late never makes a PC look older."""
    (pc,) = await fleet.add(0)
    mac = MacAddress((await fleet.row(pc)).mac)
    await pcs.keep_alive(mac, credential_of(pc), clock.now() - timedelta(seconds=10))
    assert (await fleet.row(pc)).last_keep_alive_at == clock.now()
    await pcs.keep_alive(mac, credential_of(pc), clock.now() + timedelta(seconds=10))
    assert (await fleet.row(pc)).last_keep_alive_at == clock.now() + timedelta(seconds=10)


async def test_the_first_keep_alive_is_noted(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """A PC that was never heard before was heard now."""
    (pc,) = await fleet.add(None)
    await pcs.keep_alive(MacAddress("020000000001"), credential_of(1), clock.now())
    assert (await fleet.row(pc)).last_keep_alive_at == clock.now()


@on_sqlite
async def test_a_keep_alive_mends_one_that_cannot_be_read(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """SQLite takes any text for an instant; whatever it was, the PC was heard now."""
    (pc,) = await fleet.add(0)
    await fleet.execute("UPDATE pcs SET last_keep_alive_at = 'garbled'")
    await pcs.keep_alive(MacAddress("020000000001"), credential_of(1), clock.now())
    assert (await fleet.row(pc)).last_keep_alive_at == clock.now()


async def test_a_keep_alive_of_an_online_pc_is_no_transition(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Only the time of the keep-alive changes: no event, no new version."""
    (pc,) = await fleet.add(60)
    before = await fleet.row(pc)
    await pcs.keep_alive(MacAddress(before.mac), credential_of(pc), clock.now())
    after = await fleet.row(pc)
    assert (after.version, after.status_changed_at) == (1, before.status_changed_at)
    assert (after.updated_at, after.status_reason) == (before.updated_at, before.status_reason)
    assert await fleet.events() == []


async def test_a_keep_alive_of_an_offline_pc_is_a_transition(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Online from now on, no start of being offline, one event."""
    (pc,) = await fleet.add(3_600, status=OFFLINE, offline_since=clock.now())
    await clock.advance(5)
    await pcs.keep_alive(MacAddress("020000000001"), credential_of(1), clock.now())
    row = await fleet.row(pc)
    assert (row.status, row.offline_start_time, row.version) == (ONLINE, None, 2)
    assert (row.status_changed_at, row.status_reason) == (clock.now(), "keep_alive")
    assert await fleet.events() == [(pc, OFFLINE, ONLINE, "keep_alive")]


async def test_nobody_unknown_is_heard(pcs: SqlPcRepository, clock: FakeClock) -> None:
    """A credential that was never issued is good for nothing."""
    with pytest.raises(CredentialUnknownError):
        await pcs.keep_alive(MAC, OWN, clock.now())
    with pytest.raises(CredentialUnknownError):
        await pcs.go_offline(MAC, OWN, clock.now())


async def test_a_goodbye_is_heard_once(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Saying it again changes nothing."""
    (pc,) = await fleet.add(10)
    began = clock.now()
    for _ in range(2):
        await pcs.go_offline(MacAddress("020000000001"), credential_of(1), clock.now())
        await clock.advance(5)
    row = await fleet.row(pc)
    assert (row.status, row.offline_start_time, row.status_reason) == (OFFLINE, began, "client")
    assert await fleet.events() == [(pc, ONLINE, OFFLINE, "client")]


async def test_what_a_person_removed_stays_away(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Neither keep-alive nor goodbye nor registration bring it back, only an administrator."""
    pc, _ = await pcs.register(asked(), OWN, CALLER, clock.now())
    for _ in range(2):
        await pcs.remove(pc.id, ADMIN, clock.now())
    for attempt in (pcs.keep_alive(MAC, OWN, clock.now()), pcs.go_offline(MAC, OWN, clock.now())):
        with pytest.raises(PcRemovedError):
            await attempt
    with pytest.raises(PcRemovedError):
        await pcs.register(asked(), OWN, CALLER, clock.now())
    with pytest.raises(PcRemovedError):
        await pcs.get(pc.id)
    assert await fleet.events() == [(pc.id, ONLINE, OFFLINE, "admin")]
    back = await pcs.restore(pc.id, ADMIN, clock.now())
    assert (back.deleted_at, back.deleted_by, back.status) == (None, None, OFFLINE)
    assert back.status_reason is StatusReason.ADMIN
    await pcs.keep_alive(MAC, OWN, clock.now())
    assert (await pcs.get(pc.id)).status is PcStatus.ONLINE


async def test_what_a_job_removed_comes_back_when_it_is_heard(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Silence was the only reason; a keep-alive or a registration ends it."""
    pc, _ = await pcs.register(asked(), OWN, CALLER, clock.now())
    await fleet.execute(BY_JOB)
    await pcs.go_offline(MAC, OWN, clock.now())
    await pcs.keep_alive(MAC, OWN, clock.now())
    assert (await pcs.get(pc.id)).status is ONLINE
    await fleet.execute(BY_JOB)
    again, is_new = await pcs.register(asked(), OWN, CALLER, clock.now())
    assert (again.id, is_new, again.status, again.deleted_by) == (pc.id, False, ONLINE, None)


async def test_what_a_job_removed_a_person_can_remove_for_good(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """The administrator's word stands above the job's; the time of removal stays."""
    pc, _ = await pcs.register(asked(), OWN, CALLER, clock.now())
    await fleet.execute(BY_JOB)
    removed_at = clock.now()
    await clock.advance(60)
    await pcs.remove(pc.id, ADMIN, clock.now())
    row = await fleet.row(pc.id)
    assert (row.deleted_by, row.deleted_at) == (RemovedBy.ADMIN, removed_at)


async def test_a_mac_address_that_was_given_up_can_pass_to_another_machine(
    pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """The old PC stays removed, and cannot be restored while the new one lives."""
    old, _ = await pcs.register(asked("machine-1"), OWN, CALLER, clock.now())
    await pcs.remove(old.id, ADMIN, clock.now())
    new, is_new = await pcs.register(asked("machine-2"), OTHER, CALLER, clock.now())
    assert is_new
    assert new.id != old.id
    with pytest.raises(MacTakenError):
        await pcs.restore(old.id, ADMIN, clock.now())
    assert await pcs.restore(new.id, ADMIN, clock.now()) == new


@pytest.mark.parametrize("verb", ["get", "remove", "restore"])
async def test_an_unknown_id_is_not_found(
    pcs: SqlPcRepository, clock: FakeClock, verb: str
) -> None:
    """No verb invents a PC."""
    arguments = () if verb == "get" else (ADMIN, clock.now())
    with pytest.raises(PcNotFoundError):
        await getattr(pcs, verb)(404, *arguments)


async def test_pages_follow_each_other_without_gaps(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """The list goes on exactly after the last one shown, whatever is removed meanwhile."""
    ids = await fleet.add(*[0] * 5)
    await pcs.remove(ids[1], ADMIN, clock.now())
    first = await pcs.page(None, 0, 2)
    await pcs.remove(ids[2], ADMIN, clock.now())
    second = await pcs.page(None, first.next_after or 0, 2)
    assert [pc.id for pc in (*first.pcs, *second.pcs)] == [1, 3, 4, 5]
    assert second.next_after is None


async def test_the_list_can_be_narrowed_by_status(
    pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Only PCs of the status that was asked for."""
    await fleet.add(0, 0)
    await pcs.go_offline(MacAddress("020000000001"), credential_of(1), clock.now())
    assert [pc.id for pc in (await pcs.page(OFFLINE, 0, 10)).pcs] == [1]
    assert [pc.id for pc in (await pcs.page(ONLINE, 0, 10)).pcs] == [2]
    assert (await pcs.page(ONLINE, 2, 10)).pcs == ()
