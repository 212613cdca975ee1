"""What becomes of the PCs, as the service has written it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from login.domain.pc import PcStatus, StatusReason
from login.storage.models import PcRow, PcStatusEventRow
from servicekit.database import Database
from servicekit.mac import MacAddress


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A PC went offline or came back."""

    at: datetime
    hostname: str
    mac: MacAddress
    status: PcStatus
    reason: StatusReason
    unheard_for: float | None
    """Seconds since it was last heard; `None` if that is not known any more."""
    offline_for: float | None
    """Seconds it was offline before it came back; `None` if it has just gone, or comes first."""

    @property
    def is_arrival(self) -> bool:
        """Whether it came for the first time."""
        return self.status is PcStatus.ONLINE and self.offline_for is None


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many PCs the service thinks reachable."""

    online: int = 0
    offline: int = 0


class StatusChanges:
    """Reads the events of the service's database, each of them once.

    Args:
        database: The service's own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last_id = 0
        self._offline_since: dict[MacAddress, datetime] = {}

    async def take_new(self) -> Sequence[StatusChange]:
        """Return what has happened since the last time."""
        event = PcStatusEventRow
        statement = (
            select(event, PcRow)
            .join(PcRow, PcRow.id == event.pc_id)
            .where(event.id > self._last_id)
            .order_by(event.id)
        )
        async with self._database.reading() as session:
            rows = [(event, pc) for event, pc in await session.execute(statement)]
        if rows:
            self._last_id = rows[-1][0].id
        return [self._to_change(event, pc) for event, pc in rows]

    async def count(self) -> Headcount:
        """Count the PCs."""
        online = func.coalesce(func.sum(PcRow.status), 0)
        statement = select(online, func.count()).where(PcRow.deleted_at.is_(None))
        async with self._database.reading() as session:
            up, total = (await session.execute(statement)).one()
        return Headcount(online=up, offline=total - up)

    def _to_change(self, event: PcStatusEventRow, pc: PcRow) -> StatusChange:
        mac, status = MacAddress(pc.mac), PcStatus(event.to_status)
        gone_at = self._offline_since.pop(mac, None)
        if status is PcStatus.OFFLINE:
            self._offline_since[mac] = event.at
        heard_at = pc.last_keep_alive_at
        # A PC that came back before we looked was heard after the event: too late to say.
        was_unheard = heard_at is not None and heard_at <= event.at
        return StatusChange(
            at=event.at,
            hostname=pc.hostname,
            mac=mac,
            status=status,
            reason=StatusReason(event.reason),
            unheard_for=(event.at - heard_at).total_seconds() if heard_at and was_unheard else None,
            offline_for=(event.at - gone_at).total_seconds() if gone_at else None,
        )
