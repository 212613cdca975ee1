"""What a keep-alive costs the database."""

import asyncio

import pytest

from login.domain.errors import CredentialUnknownError
from login.domain.pc_credential import PcCredential
from login.storage.pc_repository import SqlPcRepository
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.mac import MacAddress

from .fleet import OFFLINE, Fleet, credential_of, mac_of
from .statements import plans, statements, transactions

FIRST = MacAddress("020000000001")


@pytest.mark.parametrize("status", list(type(OFFLINE)))
async def test_a_keep_alive_is_one_statement(
    database: Database, pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock, status: int
) -> None:
    """Of an online PC as of an offline one: credential and MAC address are conditions of it."""
    await fleet.add(0, status=type(OFFLINE)(status))
    with statements(database) as seen:
        await pcs.keep_alive(FIRST, credential_of(1), clock.now())
    (one,) = seen
    assert "UPDATE pcs" in one


async def test_keep_alives_that_come_together_are_one_statement(
    database: Database, pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """The first one goes at once, and the 200 that come meanwhile in one transaction."""
    ids = await fleet.add(*[0] * 201)
    with statements(database) as seen, transactions(database) as begun:
        hearing = (pcs.keep_alive(mac_of(one), credential_of(one), clock.now()) for one in ids)
        await asyncio.gather(*hearing)
    assert len(seen) == 2
    assert len(set(seen)) == 1, "however many they are, it is the same statement"
    assert len(begun) == 2


async def test_a_keep_alive_reads_no_table(
    database: Database, pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Nor does one that is refused, in three statements: each finds its row by a unique index."""
    await fleet.add(*[0] * 5_000)
    await fleet.execute("ANALYZE")
    with plans(database) as found:
        await pcs.keep_alive(FIRST, credential_of(1), clock.now())
        with pytest.raises(CredentialUnknownError):
            await pcs.keep_alive(FIRST, PcCredential("lpc_guessed"), clock.now())
    assert len(found) == 4
    for plan in found:
        assert "uq_pcs_credential_hash" in plan or "uq_pcs_mac_live" in plan
        assert "SCAN pcs" not in plan
        assert "Seq Scan" not in plan
