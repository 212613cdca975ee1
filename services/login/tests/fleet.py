"""A fleet of PCs in a real database, and what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text

from login.domain.pc import PcStatus
from login.domain.pc_credential import PcCredential
from login.storage.models import AuditEventRow, PcRow, PcStatusEventRow
from loopjobs import Clock
from servicekit.database import Database
from servicekit.mac import MacAddress

ONLINE, OFFLINE = PcStatus.ONLINE, PcStatus.OFFLINE


def mac_of(pc_id: int) -> MacAddress:
    """Return the MAC address of a PC of the fleet."""
    return MacAddress(f"02{pc_id:010x}")


def credential_of(pc_id: int) -> PcCredential:
    """Return what a PC of the fleet presents."""
    return PcCredential(f"lpc_of-pc-{pc_id}")


class Fleet:
    """Puts PCs straight into the table and reads them back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._last_id = 0

    @property
    def is_sqlite(self) -> bool:
        """Which database it is in."""
        return self._database.is_sqlite

    async def add(
        self,
        *silences: float | None,
        status: PcStatus = ONLINE,
        offline_since: datetime | None = None,
    ) -> list[int]:
        """Add a PC for each silence: seconds since its last keep-alive, `None` for never."""
        rows = [self._row(silence, status, offline_since) for silence in silences]
        async with self._database.writing() as session:
            await session.execute(insert(PcRow), rows)
            if not self._database.is_sqlite:  # which counts on from the highest id by itself
                await session.execute(text(f"SELECT setval('pcs_id_seq', {self._last_id})"))
        return [int(str(row["id"])) for row in rows]

    def _row(
        self, silence: float | None, status: PcStatus, offline_since: datetime | None
    ) -> dict[str, object]:
        self._last_id += 1
        now = self._clock.now()
        return {
            "id": self._last_id,
            "mac": mac_of(self._last_id).digits,
            "hostname": f"pc-{self._last_id}",
            "status": status,
            "status_reason": "keep_alive",
            "status_changed_at": now - timedelta(days=1),
            "last_keep_alive_at": None if silence is None else now - timedelta(seconds=silence),
            "offline_start_time": offline_since,
            "created_at": now - timedelta(days=2),
            "updated_at": now - timedelta(days=1),
            "credential_hash": credential_of(self._last_id).hash,
        }

    async def execute(self, statement: str, **parameters: object) -> None:
        """Do something to the database that the service never would."""
        async with self._database.writing() as session:
            await session.execute(text(statement), parameters)

    async def refuse_offline(self, pc_id: int) -> None:
        """Let the database refuse, until `accept_offline`, that a PC (0: any) goes offline."""
        if self._database.is_sqlite:
            await self.execute(
                "CREATE TRIGGER broken BEFORE UPDATE ON pcs"
                f" WHEN NEW.status = 0 AND {pc_id} IN (0, NEW.id)"
                " BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )
        else:
            await self.execute(
                "ALTER TABLE pcs ADD CONSTRAINT broken"
                f" CHECK (status <> 0 OR {pc_id} NOT IN (0, id)) NOT VALID"
            )

    async def accept_offline(self) -> None:
        """Undo `refuse_offline`."""
        sqlite, postgresql = "DROP TRIGGER broken", "ALTER TABLE pcs DROP CONSTRAINT broken"
        await self.execute(sqlite if self._database.is_sqlite else postgresql)

    async def ignore_constraint(self, name: str) -> None:
        """Make room for rows that break a rule."""
        sqlite = "PRAGMA ignore_check_constraints = ON"
        postgresql = f"ALTER TABLE pcs DROP CONSTRAINT {name}"
        await self.execute(sqlite if self._database.is_sqlite else postgresql)

    async def row(self, pc_id: int) -> PcRow:
        """Return the row of a PC."""
        async with self._database.reading() as session:
            return await session.get_one(PcRow, pc_id)

    async def audit(self) -> Sequence[tuple[str, str, int | None]]:
        """Return action, actor and PC of every entry of the audit, oldest first."""
        entry = AuditEventRow
        statement = select(entry.action, entry.actor, entry.pc_id).order_by(entry.id)
        async with self._database.reading() as session:
            return [(row[0], row[1], row[2]) for row in await session.execute(statement)]

    async def statuses(self) -> list[PcStatus]:
        """Return the status of every PC in order of id."""
        async with self._database.reading() as session:
            found = await session.scalars(select(PcRow.status).order_by(PcRow.id))
            return [PcStatus(status) for status in found]

    async def events(self, pc_id: int | None = None) -> Sequence[tuple[int, int, int, str]]:
        """Return PC, old status, new status and reason of every event, oldest first."""
        event = PcStatusEventRow
        statement = select(event.pc_id, event.from_status, event.to_status, event.reason)
        if pc_id is not None:
            statement = statement.where(event.pc_id == pc_id)
        async with self._database.reading() as session:
            rows = await session.execute(statement.order_by(event.id))
            return [(row[0], row[1], row[2], row[3]) for row in rows]
