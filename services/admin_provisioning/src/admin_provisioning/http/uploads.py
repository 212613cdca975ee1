"""Sending a list of PCs, which makes a bulk job."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Header, Request, Response

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.domain.submission import Submission, Submissions
from admin_provisioning.http.access import Uploader
from admin_provisioning.http.bulk_request import BulkRow
from admin_provisioning.http.messages import SubmittedAnswer
from admin_provisioning.http.paths import PREFIX
from admin_provisioning.http.upload_body import JSON, MULTIPART, upload_body
from servicekit.problems import answers
from servicekit.requests import Upload
from servicekit.tokens import GUARDED

_REFUSALS: Final = (
    *GUARDED,
    HTTPStatus.CONFLICT,
    HTTPStatus.GONE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.TOO_MANY_REQUESTS,
)
_KIND: Final = {"type": "string", "enum": [kind.value for kind in BulkJobKind]}
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        MULTIPART: {
            "schema": {
                "type": "object",
                "required": ["kind", "file"],
                "additionalProperties": False,
                "properties": {
                    "kind": _KIND,
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "A CSV file as a spreadsheet exports it, with a header.",
                    },
                },
            },
        },
        JSON: {
            "schema": {
                "type": "object",
                "required": ["kind", "rows"],
                "additionalProperties": False,
                "properties": {
                    "kind": _KIND,
                    "rows": {"type": "array", "minItems": 1, "items": BulkRow.model_json_schema()},
                },
            },
        },
    },
}

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="Names this request: sent again with the same key, it is not done again.",
    ),
]


def create_uploads_router() -> APIRouter:
    """Create the route by which lists come in."""
    router = APIRouter(tags=["Bulk jobs"], route_class=DishkaRoute)
    router.add_api_route(
        PREFIX,
        submit,
        methods=["POST"],
        status_code=HTTPStatus.ACCEPTED,
        responses={
            HTTPStatus.ACCEPTED.value: {
                "headers": {
                    "Location": {
                        "description": "Where the job is.",
                        "schema": {"type": "string", "format": "uri-reference"},
                    }
                }
            },
            **answers(*_REFUSALS),
        },
        openapi_extra={"requestBody": _BODY},
    )
    return router


def limits_of_uploads(limits: BulkJobLimits) -> Upload:
    """Return what the guard of requests must know about this route."""
    return Upload("POST", PREFIX, limits.max_bytes, frozenset({MULTIPART, JSON}))


async def submit(
    request: Request,
    response: Response,
    uploader: Uploader,
    submissions: FromDishka[Submissions],
    limits: FromDishka[BulkJobLimits],
    idempotency_key: IdempotencyKey = None,
) -> SubmittedAnswer:
    """Have something done with a list of PCs; bad rows fail at once, the good ones are done."""
    async with upload_body(request, limits.max_rows) as body:
        job = await submissions.accept(
            Submission(
                owner_id=uploader.subject,
                idempotency_key=idempotency_key,
                request_hash=body.digest,
                content=body.content,
                suffix=body.suffix,
                pcs=body.pcs,
            )
        )
    response.headers["Location"] = f"{PREFIX}/{job.id}"
    return SubmittedAnswer.of_list(job, body.pcs)
