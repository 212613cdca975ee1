"""BulkJobCleanup: finished jobs of a thousand rows each are old, and others are sent meanwhile."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

import admin_provisioning.storage
from admin_provisioning.domain.bulk_job import BulkJobKind, BulkJobState, ItemState
from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from filling.bulk import Expressions, insert_rows
from loopjobs import Clock
from servicekit.database import Database, Revisions
from serving.paced import Stream
from serving.services import admin_provisioning_order
from serving.traffic import Lists, Looks
from sweeps.case import Case, Scene
from sweeps.row_by_row import row_by_row

_ROWS_A_JOB: Final = 1_000
_JOBS_AN_OWNER: Final = 20
"""Of whom the newest ten stay."""
_AGO: Final = timedelta(days=40)
_LOOKS_A_SECOND: Final = 50
_LISTS_A_SECOND: Final = 4
_LOOKERS: Final = 64
_SENDERS: Final = 12


async def fill(scene: Scene) -> None:
    """Write jobs of a thousand rows each with their files; all are old, twenty an owner."""
    sql, each = scene.expressions, _rows_a_job(scene.rows)
    jobs = scene.rows // each
    for number in range(jobs):
        (scene.folder / f"{number}.csv").write_bytes(b"mac,hostname\n")
    await insert_rows(scene.database, BulkJobRow, _job(sql, each), range(jobs), sql)
    items = range(jobs * each)
    await insert_rows(scene.database, BulkJobItemRow, _item(sql, each), items, sql)


def _job(sql: Expressions, rows: int) -> dict[str, str]:
    ended = sql.moment(-_AGO, "n * 60000")
    instants = ("created_at", "updated_at", "started_at", "finished_at")
    return {
        "id": sql.uuid("n + 1"),
        "kind": f"'{BulkJobKind.PC_IMPORT.value}'",
        "state": f"'{BulkJobState.SUCCEEDED.value}'",
        "owner_id": f"'user:' || (n / {_JOBS_AN_OWNER})",
        "idempotency_key": "'key-' || n",
        "request_hash": sql.sha256("'request-' || n"),
        "total_count": str(rows),
        "ok_count": str(rows),
        **dict.fromkeys(instants, ended),
        "file_key": "n || '.csv'",
    }


def _item(sql: Expressions, rows: int) -> dict[str, str]:
    return {
        "job_id": sql.uuid(f"n / {rows} + 1"),
        "row_no": f"n % {rows} + 1",
        "payload": sql.document(mac=sql.mac(), hostname="'pc-' || n"),
        "state": f"'{ItemState.SUCCEEDED.value}'",
        "target_id": "n",
    }


def requests(rows: int, tokens: tuple[str, ...]) -> Sequence[Stream]:
    """Return looks at the newest job, which stays, and lists of a hundred PCs."""
    newest = UUID(int=rows // _rows_a_job(rows))
    look = Looks(f"/v1/bulk-jobs/{newest}", tokens[0], "job looked at")
    return (
        Stream(look, _LOOKS_A_SECOND, _LOOKERS),
        Stream(Lists(tokens), _LISTS_A_SECOND, _SENDERS),
    )


def _rows_a_job(rows: int) -> int:
    """Return a thousand, or less where the jobs of one owner would have more than all there are."""
    return min(_ROWS_A_JOB, max(rows // _JOBS_AN_OWNER, 1))


async def row_by_row_instead(database: Database, _: Clock) -> int:
    """Read each row, and delete it if its job is not one of the newest."""

    def is_of_an_old_job(item: BulkJobItemRow) -> bool:
        return (item.job_id.int - 1) % _JOBS_AN_OWNER < _JOBS_AN_OWNER // 2

    async def remove(session: AsyncSession, item: BulkJobItemRow) -> None:
        await session.execute(delete(BulkJobItemRow).where(BulkJobItemRow.id == item.id))

    item = BulkJobItemRow
    finished = select(item.id).where(item.state == ItemState.SUCCEEDED.value).order_by(item.id)
    return await row_by_row(database, finished, item, is_of_an_old_job, remove)


CASE: Final = Case(
    name="BulkJobCleanup",
    full_rows=2_000_000,
    revisions=Revisions.of(admin_provisioning.storage),
    fill=fill,
    order=admin_provisioning_order,
    job={"MaxItemsPerRun": 1_000_000_000},
    counters=("items", "jobs"),
    others=("BulkJobWorker",),
    requests=requests,
    peer=row_by_row_instead,
)
