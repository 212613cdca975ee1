"""Bulk jobs: showing them, and steering them."""

from http import HTTPStatus
from typing import Annotated, Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Query, Response

from admin_provisioning.domain.ports import BulkJobRepository
from admin_provisioning.http.access import Reader, Writer, whose
from admin_provisioning.http.messages import (
    BulkJobAnswer,
    BulkJobsAnswer,
    ItemsAnswer,
    ListBulkJobs,
    ListItems,
)
from admin_provisioning.http.paths import PREFIX, BulkJobId
from loopjobs import Clock
from servicekit.problems import answers
from servicekit.tokens import GUARDED

_NAMED: Final = (*GUARDED, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_CONFLICT: Final = HTTPStatus.CONFLICT
_MANY: Final = HTTPStatus.TOO_MANY_REQUESTS


def create_bulk_jobs_router() -> APIRouter:
    """Create the routes by which bulk jobs are shown and steered."""
    router = APIRouter(prefix=PREFIX, tags=["Bulk jobs"], route_class=DishkaRoute)
    router.add_api_route("", list_bulk_jobs, methods=["GET"], responses=answers(*GUARDED))
    router.add_api_route("/{job_id}", show, methods=["GET"], responses=answers(*_NAMED))
    router.add_api_route("/{job_id}/items", list_items, methods=["GET"], responses=answers(*_NAMED))
    for path, endpoint in (("hold", hold), ("release", release)):
        router.add_api_route(
            f"/{{job_id}}/{path}", endpoint, methods=["POST"], responses=answers(*_NAMED)
        )
    router.add_api_route(
        "/{job_id}/cancel",
        cancel,
        methods=["POST"],
        status_code=HTTPStatus.ACCEPTED,
        responses=answers(*_NAMED, _CONFLICT),
    )
    router.add_api_route(
        "/{job_id}/retry",
        retry,
        methods=["POST"],
        status_code=HTTPStatus.ACCEPTED,
        responses=answers(*_NAMED, _CONFLICT, _MANY),
    )
    router.add_api_route(
        "/{job_id}",
        remove,
        methods=["DELETE"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=answers(*GUARDED, HTTPStatus.NOT_FOUND, _CONFLICT),
    )
    return router


async def list_bulk_jobs(
    asked: Annotated[ListBulkJobs, Query()], reader: Reader, jobs: FromDishka[BulkJobRepository]
) -> BulkJobsAnswer:
    """List bulk jobs, the newest first: one's own, or with `provisioning:read` everybody's."""
    owner_id = reader.subject if asked.mine else whose(reader)
    return BulkJobsAnswer.of(await jobs.page(owner_id, asked.cursor, asked.limit))


async def show(
    job_id: BulkJobId, reader: Reader, jobs: FromDishka[BulkJobRepository]
) -> BulkJobAnswer:
    """Show how far a bulk job has come."""
    return BulkJobAnswer.of(await jobs.get(job_id, whose(reader)))


async def list_items(
    job_id: BulkJobId,
    asked: Annotated[ListItems, Query()],
    reader: Reader,
    jobs: FromDishka[BulkJobRepository],
) -> ItemsAnswer:
    """List the rows of a bulk job in their order, and what became of them."""
    job = await jobs.get(job_id, whose(reader))
    return ItemsAnswer.of(await jobs.items(job, asked.state, asked.after, asked.limit))


async def cancel(
    job_id: BulkJobId,
    writer: Writer,
    jobs: FromDishka[BulkJobRepository],
    clock: FromDishka[Clock],
) -> BulkJobAnswer:
    """Stop a bulk job; rows that were done stay done. A running one stops a little later."""
    return BulkJobAnswer.of(await jobs.cancel(job_id, whose(writer), clock.now()))


async def retry(
    job_id: BulkJobId,
    writer: Writer,
    jobs: FromDishka[BulkJobRepository],
    clock: FromDishka[Clock],
) -> BulkJobAnswer:
    """Try the rows of a failed or partial job again that failed; not those that were invalid."""
    return BulkJobAnswer.of(await jobs.retry(job_id, whose(writer), clock.now()))


async def hold(
    job_id: BulkJobId,
    writer: Writer,
    jobs: FromDishka[BulkJobRepository],
    clock: FromDishka[Clock],
) -> BulkJobAnswer:
    """Keep a bulk job at any age; again is harmless."""
    job = await jobs.set_hold(job_id, whose(writer), clock.now(), hold=True)
    return BulkJobAnswer.of(job)


async def release(
    job_id: BulkJobId,
    writer: Writer,
    jobs: FromDishka[BulkJobRepository],
    clock: FromDishka[Clock],
) -> BulkJobAnswer:
    """Let a bulk job go when its time comes; again is harmless."""
    job = await jobs.set_hold(job_id, whose(writer), clock.now(), hold=False)
    return BulkJobAnswer.of(job)


async def remove(
    job_id: BulkJobId,
    writer: Writer,
    jobs: FromDishka[BulkJobRepository],
    clock: FromDishka[Clock],
) -> None:
    """Remove a finished bulk job with its rows and its file; again is harmless."""
    await jobs.remove(job_id, whose(writer), clock.now())
