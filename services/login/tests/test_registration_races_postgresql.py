"""Registrations that meet, which only PostgreSQL lets them."""

import asyncio
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.errors import CredentialOfAnotherPcError, MacTakenError
from login.domain.pc import Registration
from login.domain.pc_credential import PcCredential
from login.storage.models import PcRow
from login.storage.pc_repository import SqlPcRepository
from login.storage.provisioning import SqlPcProvisioning
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.mac import MacAddress
from servicekit.testing import until_somebody_waits
from servicekit.testing.fixtures import on_postgresql

from .fleet import OFFLINE, ONLINE, Fleet, credential_of

pytestmark = on_postgresql

FIRST: Final = MacAddress("020000000001")
OWN: Final = PcCredential("lpc_own")
CALLER: Final = "client:labs"


async def insert(session: AsyncSession, clock: FakeClock, machine_id: str) -> None:
    """Do what another process does in the middle of a registration."""
    now = clock.now()
    row = PcRow(
        mac=FIRST.digits,
        hostname="another",
        machine_id=machine_id,
        status=ONLINE,
        status_reason="keep_alive",
        status_changed_at=now,
        last_keep_alive_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()


@pytest.mark.parametrize("machine_id", [None, "one"])
async def test_two_registrations_of_one_machine_at_once_make_one_pc(
    pcs: SqlPcRepository,
    database: Database,
    other: Database,
    clock: FakeClock,
    machine_id: str | None,
) -> None:
    """The second waits for the first, and then finds its PC."""
    async with other.writing() as first:
        await insert(first, clock, "one")
        asked = Registration(FIRST, "pc-1", machine_id)
        second = asyncio.create_task(pcs.register(asked, OWN, CALLER, clock.now()))
        await until_somebody_waits(database)
    pc, is_new = await second
    assert (is_new, pc.hostname, pc.machine_id) == (False, "pc-1", "one")


async def test_two_machines_that_register_one_mac_address_at_once(
    pcs: SqlPcRepository, database: Database, other: Database, clock: FakeClock
) -> None:
    """Who comes second hears that the MAC address is taken, as if it had come much later."""
    async with other.writing() as first:
        await insert(first, clock, "one")
        asked = Registration(FIRST, "pc-1", "two")
        second = asyncio.create_task(pcs.register(asked, OWN, CALLER, clock.now()))
        await until_somebody_waits(database)
    with pytest.raises(MacTakenError):
        await second


async def test_a_mac_address_that_is_taken_during_a_restore(
    pcs: SqlPcRepository, database: Database, other: Database, fleet: Fleet, clock: FakeClock
) -> None:
    """The restore hears it too, instead of a broken constraint."""
    await fleet.add(0)
    await pcs.remove(1, CALLER, clock.now())
    async with other.writing() as first:
        await insert(first, clock, "one")
        restoring = asyncio.create_task(pcs.restore(1, CALLER, clock.now()))
        await until_somebody_waits(database)
    with pytest.raises(MacTakenError):
        await restoring


async def test_a_keep_alive_meets_a_registration_of_its_mac_address(
    pcs: SqlPcRepository, database: Database, other: Database, fleet: Fleet, clock: FakeClock
) -> None:
    """The PC that a job had removed does not come back beside its successor, nor speak for it."""
    await fleet.add(600, status=OFFLINE)
    await fleet.execute("UPDATE pcs SET deleted_at = updated_at, deleted_by = 'pc_delete_job'")
    async with other.writing() as first:
        await insert(first, clock, "one")
        later = clock.now() + timedelta(seconds=1)
        hearing = asyncio.create_task(pcs.keep_alive(FIRST, credential_of(1), later))
        await until_somebody_waits(database)
    with pytest.raises(CredentialOfAnotherPcError):
        await hearing
    assert (await fleet.row(1)).deleted_by == "pc_delete_job"
    assert (await fleet.row(2)).last_keep_alive_at == clock.now()


async def test_two_provisionings_of_one_mac_address_at_once_make_one_pc(
    provisioning: SqlPcProvisioning, database: Database, other: Database, clock: FakeClock
) -> None:
    """The second waits for the first, and then brings its PC up to date."""
    async with other.writing() as first:
        await insert(first, clock, "one")
        asked = Registration(FIRST, "pc-1")
        second = asyncio.create_task(provisioning.put(asked, CALLER, clock.now()))
        await until_somebody_waits(database)
    pc, is_new = await second
    assert (is_new, pc.hostname, pc.machine_id) == (False, "pc-1", "one")
