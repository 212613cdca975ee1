"""What can be taken home from a bulk job: its failed rows, and the list as it was sent."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from admin_provisioning.domain.bulk_job import BulkJob, ItemState
from admin_provisioning.domain.errors import BulkJobNotFoundError
from admin_provisioning.domain.ports import BulkJobRepository, FileStore
from admin_provisioning.http.access import Reader, whose
from admin_provisioning.http.error_lines import BYTE_ORDER_MARK, HEADER, to_lines, to_row
from admin_provisioning.http.paths import PREFIX, BulkJobId
from servicekit.problems import answers
from servicekit.tokens import GUARDED

_ROWS_AT_ONCE: Final = 500
_REFUSALS: Final = (*GUARDED, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_CSV: Final = "text/csv"
_ANY: Final = "application/octet-stream"


def create_downloads_router() -> APIRouter:
    """Create the routes that answer with files."""
    router = APIRouter(prefix=f"{PREFIX}/{{job_id}}", tags=["Bulk jobs"], route_class=DishkaRoute)
    for path, endpoint, media_type in (("errors.csv", errors, _CSV), ("file", file, _ANY)):
        router.add_api_route(
            f"/{path}",
            endpoint,
            methods=["GET"],
            response_class=StreamingResponse,
            responses={HTTPStatus.OK.value: _download(media_type), **answers(*_REFUSALS)},
        )
    return router


async def errors(
    job_id: BulkJobId, reader: Reader, jobs: FromDishka[BulkJobRepository]
) -> StreamingResponse:
    """Return the rows that failed so far, for a spreadsheet; mended, they can be sent again."""
    job = await jobs.get(job_id, whose(reader))
    return _attachment(_error_lines(job, jobs), f"{job.id}-errors.csv", f"{_CSV}; charset=utf-8")


async def file(
    job_id: BulkJobId,
    reader: Reader,
    jobs: FromDishka[BulkJobRepository],
    files: FromDishka[FileStore],
) -> StreamingResponse:
    """Return the list as it was sent."""
    job = await jobs.get(job_id, whose(reader))
    if job.file_key is None:
        raise BulkJobNotFoundError
    pieces = files.read(job.file_key)
    try:
        # Here, where it can still be said that there is nothing.
        first = await anext(pieces, b"")
    except FileNotFoundError as error:
        raise BulkJobNotFoundError from error
    return _attachment(_all_of(first, pieces), job.file_key, _ANY)


async def _error_lines(job: BulkJob, jobs: BulkJobRepository) -> AsyncIterator[bytes]:
    yield (BYTE_ORDER_MARK + to_lines([HEADER])).encode()
    after: int | None = 0
    while after is not None:
        page = await jobs.items(job, ItemState.FAILED, after, _ROWS_AT_ONCE)
        yield to_lines(map(to_row, page.items)).encode()
        after = page.next_after


async def _all_of(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _attachment(pieces: AsyncIterator[bytes], name: str, media_type: str) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(pieces, media_type=media_type, headers=headers)


def _download(media_type: str) -> dict[str, Any]:
    return {
        "description": "The file.",
        "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
    }
