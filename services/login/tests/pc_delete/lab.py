"""PCs that have been away for a while, what hangs on them, and what became of them."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, insert, select, text

from login.domain.pc import Pc, PcStatus, RemovedBy
from login.domain.pc_credential import PcCredential
from login.storage.models import (
    AuditEventRow,
    AuthSessionRow,
    PcRow,
    PcStatusEventRow,
    RefreshTokenRow,
    UserRow,
)
from login.storage.rows import to_pc
from loopjobs import Clock
from servicekit.database import Database
from servicekit.mac import MacAddress

from ..fleet import credential_of  # noqa: TID252 - tests are no package that could be named

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ADMIN = "user:7"
NEW_CREDENTIAL = PcCredential("lpc_new")


class Lab:
    """Puts PCs and what hangs on them straight into the tables, and reads them back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self._clock = clock
        self._last_id = 0
        self._last_token = 0

    def row(self, **columns: object) -> dict[str, object]:
        """Return a PC that has been offline for 100 days; columns may say otherwise."""
        self._last_id += 1
        past = self._clock.now() - 100 * DAY
        return {
            "id": self._last_id,
            "mac": f"02{self._last_id:010x}",
            "machine_id": f"machine-{self._last_id}",
            "hostname": f"pc-{self._last_id}",
            "status": PcStatus.OFFLINE,
            "status_reason": "sweep",
            "status_changed_at": past,
            "last_keep_alive_at": past,
            "offline_start_time": past,
            "pinned": False,
            "created_at": past - 100 * DAY,
            "updated_at": past,
            "deleted_at": None,
            "deleted_by": None,
            "credential_hash": credential_of(self._last_id).hash,
            **columns,
        }

    async def insert(self, rows: Iterable[dict[str, object]]) -> list[int]:
        """Add PCs."""
        added = list(rows)
        async with self.database.writing() as session:
            await session.execute(insert(PcRow), added)
            if not self.database.is_sqlite:  # which counts on from the highest id by itself
                await session.execute(text(f"SELECT setval('pcs_id_seq', {self._last_id})"))
        return [int(str(row["id"])) for row in added]

    async def add(self, count: int = 1, **columns: object) -> list[int]:
        """Add PCs that are alike."""
        return await self.insert([self.row(**columns) for _ in range(count)])

    async def add_silent(self, silence: timedelta, **columns: object) -> int:
        """Add a PC that went offline, and was last heard, so long ago."""
        then = self._clock.now() - silence
        signals = dict.fromkeys(
            ("last_keep_alive_at", "offline_start_time", "status_changed_at"), then
        )
        (pc_id,) = await self.insert([self.row(**signals | columns)])
        return pc_id

    async def add_retired(self, ago: timedelta, count: int = 1, **columns: object) -> list[int]:
        """Add PCs that the job retired so long ago."""
        then = self._clock.now() - ago
        removal = {"deleted_at": then, "deleted_by": RemovedBy.JOB.value}
        return await self.insert([self.row(**removal | columns) for _ in range(count)])

    async def add_events(self, pc_id: int, count: int) -> None:
        """Let a PC have gone offline so many times."""
        event = {
            "pc_id": pc_id,
            "from_status": PcStatus.ONLINE,
            "to_status": PcStatus.OFFLINE,
            "at": self._clock.now() - 100 * DAY,
            "reason": "sweep",
        }
        async with self.database.writing() as session:
            await session.execute(insert(PcStatusEventRow), [event] * count)

    async def add_session(
        self, pc_id: int | None, *, expires_in: timedelta, tokens: int = 1
    ) -> int:
        """Let somebody sign in at a PC."""
        now = self._clock.now()
        async with self.database.writing() as session:
            user = UserRow(
                username=f"user-{self._last_token}-{pc_id}",
                username_ci=f"user-{self._last_token}-{pc_id}",
                password_hash="",
                scopes="",
                created_at=now,
                updated_at=now,
            )
            session.add(user)
            await session.flush()
            signed_in = AuthSessionRow(
                user_id=user.id,
                pc_id=pc_id,
                created_at=now - 20 * DAY,
                last_used_at=now - 20 * DAY,
                expires_at=now + expires_in,
                absolute_expires_at=now + 90 * DAY,
            )
            session.add(signed_in)
            await session.flush()
            for _ in range(tokens):
                self._last_token += 1
                session.add(
                    RefreshTokenRow(
                        session_id=signed_in.id,
                        token_hash=self._last_token.to_bytes(32),
                        issued_at=now - 20 * DAY,
                        expires_at=now + expires_in,
                    )
                )
        return signed_in.id

    async def session_row(self, session_id: int) -> AuthSessionRow:
        """Return a session."""
        async with self.database.reading() as session:
            return await session.get_one(AuthSessionRow, session_id)

    async def execute(self, statement: str, **parameters: object) -> None:
        """Do something to the database that the service never would."""
        async with self.database.writing() as session:
            await session.execute(text(statement), parameters)

    async def pcs(self) -> dict[int, Pc]:
        """Return every PC there is, removed ones too."""
        async with self.database.reading() as session:
            rows = await session.scalars(select(PcRow).order_by(PcRow.id))
            return {row.id: to_pc(row) for row in rows}

    async def live(self) -> list[int]:
        """Return who is not removed."""
        return [pc.id for pc in (await self.pcs()).values() if pc.deleted_at is None]

    async def retired(self) -> list[int]:
        """Return whom the job has removed."""
        return [pc.id for pc in (await self.pcs()).values() if pc.deleted_by is RemovedBy.JOB]

    async def mac(self, pc_id: int) -> MacAddress:
        """Return the MAC address of a PC."""
        return (await self.pcs())[pc_id].mac

    async def audit(self) -> list[tuple[str, int | None]]:
        """Return action and PC of everything in the audit, oldest first."""
        return [(row.action, row.pc_id) for row in await self.audit_rows()]

    async def audit_rows(self) -> list[AuditEventRow]:
        """Return the audit."""
        async with self.database.reading() as session:
            rows = await session.scalars(select(AuditEventRow).order_by(AuditEventRow.id))
            return list(rows)

    async def children(self) -> dict[str, int]:
        """Return how many rows there are in each table that hangs on PCs."""
        models = (PcStatusEventRow, AuthSessionRow, RefreshTokenRow)
        async with self.database.reading() as session:
            return {
                model.__tablename__: await session.scalar(select(func.count(model.id))) or 0
                for model in models
            }

    async def clear(self) -> None:
        """Empty the tables."""
        for table in (
            "refresh_tokens",
            "auth_sessions",
            "users",
            "pc_status_events",
            "pcs",
            "audit_events",
            "job_acknowledgements",
        ):
            await self.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self._last_id = 0
