"""A fleet of PCs in a real database, and what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text

from login.domain.pc import PcStatus
from login.storage.models import PcRow, PcStatusEventRow
from loopjobs import Clock
from servicekit.database import Database

ONLINE, OFFLINE = PcStatus.ONLINE, PcStatus.OFFLINE


class Fleet:
    """Puts PCs straight into the table and reads them back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._last_id = 0

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
        return [int(str(row["id"])) for row in rows]

    def _row(
        self, silence: float | None, status: PcStatus, offline_since: datetime | None
    ) -> dict[str, object]:
        self._last_id += 1
        now = self._clock.now()
        return {
            "id": self._last_id,
            "mac": f"02{self._last_id:010x}",
            "hostname": f"pc-{self._last_id}",
            "status": status,
            "status_reason": "keep_alive",
            "status_changed_at": now - timedelta(days=1),
            "last_keep_alive_at": None if silence is None else now - timedelta(seconds=silence),
            "offline_start_time": offline_since,
            "created_at": now - timedelta(days=2),
            "updated_at": now - timedelta(days=1),
        }

    async def execute(self, statement: str, **parameters: object) -> None:
        """Do something to the database that the service never would."""
        async with self._database.writing() as session:
            await session.execute(text(statement), parameters)

    async def row(self, pc_id: int) -> PcRow:
        """Return the row of a PC."""
        async with self._database.reading() as session:
            return await session.get_one(PcRow, pc_id)

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
