"""Bulk jobs in a real database, and what became of them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, insert, select, text, update

from admin_provisioning.domain.bulk_job import BulkJobKind, BulkJobState, ItemState
from admin_provisioning.storage.models import BulkJobArchiveRow, BulkJobItemRow, BulkJobRow
from loopjobs import Clock
from servicekit.database import Database

FINISHED = ("succeeded", "partial", "failed", "cancelled")


def mac(number: int) -> str:
    """Return the MAC address of a row."""
    return f"02{number:010x}"


class BulkJobs:
    """Puts bulk jobs straight into the tables and reads them back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._made = 0

    async def add(
        self,
        state: str = "queued",
        *,
        kind: str = BulkJobKind.PC_IMPORT,
        items: int = 3,
        age: timedelta = timedelta(0),
        **columns: object,
    ) -> UUID:
        """Add a job with rows that are pending, or done if it is finished.

        Args:
            state: where it stands.
            kind: what it does.
            items: how many rows it has.
            age: how long ago it was created, and finished if it is finished.
            columns: what else is to be in its row.
        """
        self._made += 1
        then = self._clock.now() - age
        ended = state in FINISHED or state == "deleting"
        values: dict[str, object] = {
            "id": UUID(int=self._made),
            "kind": kind,
            "state": state,
            "owner_id": "user:1",
            "request_hash": bytes(32),
            "total_count": items,
            "ok_count": items if ended else 0,
            "created_at": then,
            "updated_at": then,
            "finished_at": then if ended else None,
        }
        rows = [self._item(values["id"], number, done=ended) for number in range(1, items + 1)]
        async with self._database.writing() as session:
            await session.execute(insert(BulkJobRow), [values | columns])
            if rows:
                await session.execute(insert(BulkJobItemRow), rows)
        return UUID(int=self._made)

    def _item(self, job_id: object, number: int, *, done: bool) -> dict[str, object]:
        return {
            "job_id": job_id,
            "row_no": number,
            "payload": {"mac": mac(self._made * 100_000 + number), "hostname": f"pc-{number}"},
            "state": ItemState.SUCCEEDED if done else ItemState.PENDING,
        }

    async def change(self, job_id: UUID, **columns: object) -> None:
        """Change the row of a job behind everybody's back."""
        statement = update(BulkJobRow).where(BulkJobRow.id == job_id).values(columns)
        async with self._database.writing() as session:
            await session.execute(statement)

    async def execute(self, statement: str, **parameters: object) -> None:
        """Do something to the database that the service never would."""
        async with self._database.writing() as session:
            await session.execute(text(statement), parameters)

    async def row(self, job_id: UUID) -> BulkJobRow:
        """Return the row of a job."""
        async with self._database.reading() as session:
            return await session.get_one(BulkJobRow, job_id)

    async def state(self, job_id: UUID) -> BulkJobState | None:
        """Return where a job stands; `None` if it is gone."""
        async with self._database.reading() as session:
            row = await session.get(BulkJobRow, job_id)
        return None if row is None else BulkJobState(row.state)

    async def ids(self) -> list[UUID]:
        """Return the ids of all jobs."""
        async with self._database.reading() as session:
            return list(await session.scalars(select(BulkJobRow.id).order_by(BulkJobRow.id)))

    async def items(self, job_id: UUID) -> Sequence[BulkJobItemRow]:
        """Return the rows of a job in their order."""
        statement = select(BulkJobItemRow).where(BulkJobItemRow.job_id == job_id)
        async with self._database.reading() as session:
            return list(await session.scalars(statement.order_by(BulkJobItemRow.row_no)))

    async def item_states(self, job_id: UUID) -> list[str]:
        """Return where each row of a job stands."""
        return [item.state for item in await self.items(job_id)]

    async def item_count(self) -> int:
        """Return how many rows there are in all."""
        async with self._database.reading() as session:
            return await session.scalar(select(func.count()).select_from(BulkJobItemRow)) or 0

    async def orphans(self) -> int:
        """Return how many rows have no job."""
        known = select(BulkJobRow.id)
        statement = select(func.count()).where(BulkJobItemRow.job_id.not_in(known))
        async with self._database.reading() as session:
            return await session.scalar(statement) or 0

    async def tombstones(self) -> list[BulkJobArchiveRow]:
        """Return what is left of jobs that were removed."""
        async with self._database.reading() as session:
            found = await session.scalars(
                select(BulkJobArchiveRow).order_by(BulkJobArchiveRow.job_id)
            )
            return list(found)
