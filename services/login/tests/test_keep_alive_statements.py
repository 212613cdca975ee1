"""What a keep-alive costs the database."""

import pytest

from login.domain.errors import CredentialUnknownError
from login.domain.pc_credential import PcCredential
from login.storage.pc_repository import SqlPcRepository
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.mac import MacAddress

from .fleet import OFFLINE, Fleet, credential_of
from .statements import plans, statements

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
    assert one.startswith("UPDATE pcs")


async def test_a_keep_alive_reads_no_table(
    database: Database, pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock
) -> None:
    """Nor does one that is refused: each statement finds its row by a unique index."""
    await fleet.add(*[0] * 5_000)
    await fleet.execute("ANALYZE")
    with plans(database) as found:
        await pcs.keep_alive(FIRST, credential_of(1), clock.now())
        with pytest.raises(CredentialUnknownError):
            await pcs.keep_alive(FIRST, PcCredential("lpc_guessed"), clock.now())
    assert len(found) == 3
    for plan in found:
        assert "uq_pcs_credential_hash" in plan or "uq_pcs_mac_live" in plan
        assert "SCAN pcs" not in plan
        assert "Seq Scan" not in plan
