"""BulkJobCleanup: finished jobs of a thousand rows each are old, and others are sent meanwhile."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import UUID

import admin_provisioning.storage
from admin_provisioning.domain.bulk_job import BulkJobKind, BulkJobState, ItemState
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.domain.lists import read_csv
from admin_provisioning.domain.submission import Submission, Submissions
from admin_provisioning.files.directory_file_store import DirectoryFileStore
from admin_provisioning.files.options import FilesOptions
from admin_provisioning.jobs.bulk_job_cleanup import BulkJobCleanup
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.cleanup_view import SqlCleanupView
from admin_provisioning.storage.intake import SqlIntake
from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from loopjobs import Clock
from sweeps.case import Advance, Case, Execute, Row, Scene, revisions_of, write_rows

_ITEMS_A_JOB: Final = 1_000
_JOBS_AN_OWNER: Final = 100
_AGO: Final = timedelta(days=40)
_LIMITS: Final = BulkJobLimits(max_rows=10_000, max_bytes=10 * 2**20, max_unfinished_per_owner=10)
_SENT_ROWS: Final = 100
"""In the list that the other client sends."""


async def fill(scene: Scene, advance: Advance) -> None:
    """Write jobs of a thousand rows each with their files; all are old, and their owners few."""
    jobs = range(scene.rows // _ITEMS_A_JOB)
    for number in jobs:
        _file(scene.folder, number).write_bytes(b"mac,hostname\n")
    await write_rows(scene, BulkJobRow, (_job(number, scene.clock) for number in jobs))
    await write_rows(scene, BulkJobItemRow, _items(jobs), advance)


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number}.csv"


def _job(number: int, clock: Clock) -> Row:
    ended = clock.now() - _AGO + timedelta(minutes=number)
    return {
        "id": UUID(int=number + 1),
        "kind": BulkJobKind.PC_IMPORT.value,
        "state": BulkJobState.SUCCEEDED.value,
        "owner_id": f"user:{number // _JOBS_AN_OWNER}",
        "idempotency_key": f"key-{number}",
        "request_hash": bytes(32),
        "total_count": _ITEMS_A_JOB,
        "ok_count": _ITEMS_A_JOB,
        "created_at": ended,
        "updated_at": ended,
        "started_at": ended,
        "finished_at": ended,
        "file_key": f"{number}.csv",
    }


def _items(jobs: range) -> Iterator[Row]:
    for number in jobs:
        for row_no in range(1, _ITEMS_A_JOB + 1):
            pc = number * _ITEMS_A_JOB + row_no
            yield {
                "job_id": UUID(int=number + 1),
                "row_no": row_no,
                "payload": {"mac": f"02{pc:010x}", "hostname": f"pc-{pc}"},
                "state": ItemState.SUCCEEDED.value,
                "target_id": pc,
            }


def job(scene: Scene) -> Execute:
    """Remove it all in one run, but for each owner's newest; else as the settings come."""
    database, clock = scene.database, scene.clock
    options = BulkJobCleanupOptions.model_validate({"MaxItemsPerRun": 1_000_000_000})
    view, store = SqlCleanupView(database), SqlCleanupStore(database)
    return BulkJobCleanup(view, store, _files(scene), options, database, clock).execute


def _files(scene: Scene) -> DirectoryFileStore:
    options = FilesOptions.model_validate({"Directory": str(scene.folder)})
    return DirectoryFileStore(options, scene.clock)


async def send(scene: Scene, number: int) -> None:
    """Send a list, and have it stored as a bulk job; each time somebody else does."""
    content = _list(number)
    submission = Submission(
        owner_id=f"client:{number}",
        idempotency_key=f"sent-{number}",
        request_hash=hashlib.sha256(content).digest(),
        content=BytesIO(content),
        suffix=".csv",
        pcs=read_csv(BytesIO(content), BulkJobKind.PC_IMPORT, _LIMITS.max_rows),
    )
    intake = SqlIntake(scene.database, _LIMITS)
    await Submissions(intake, _files(scene), scene.clock).accept(submission)


def _list(number: int) -> bytes:
    first = number * _SENT_ROWS
    rows = (f"06{pc:010x},pc-{pc}" for pc in range(first, first + _SENT_ROWS))
    return "\n".join(["mac,hostname", *rows]).encode()


CASE: Final = Case(
    "BulkJobCleanup", "bulk_job_items", revisions_of(admin_provisioning.storage), fill, job, send
)
