"""The list of PCs: registering, showing, removing, restoring."""

from http import HTTPStatus
from typing import Annotated, Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Path, Query, Response

from login.domain.pc_credential import PcCredential
from login.domain.ports import PcRepository
from login.http.callers import READER, Enroller, Writer
from login.http.messages import ListPcs, PcAnswer, PcsAnswer, RegisteredPcAnswer, RegisterPc
from loopjobs import Clock
from servicekit.problems import answers
from servicekit.tokens import GUARDED

PcId = Annotated[int, Path(ge=1, lt=2**63)]

_GONE: Final = HTTPStatus.GONE
_NOT_FOUND: Final = HTTPStatus.NOT_FOUND
_CONFLICT: Final = HTTPStatus.CONFLICT
_BODY: Final = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def create_pcs_router() -> APIRouter:
    """Create the routes of the list of PCs."""
    router = APIRouter(prefix="/v1/pcs", tags=["PCs"], route_class=DishkaRoute)
    router.add_api_route(
        "",
        register,
        methods=["POST"],
        status_code=HTTPStatus.CREATED,
        responses={
            HTTPStatus.OK.value: {
                "model": RegisteredPcAnswer,
                "description": "Known already; now online.",
            },
            **answers(*GUARDED, _CONFLICT, _GONE, *_BODY),
        },
    )
    router.add_api_route(
        "", list_pcs, methods=["GET"], dependencies=[READER], responses=answers(*GUARDED)
    )
    router.add_api_route(
        "/{pc_id}",
        show,
        methods=["GET"],
        dependencies=[READER],
        responses=answers(*GUARDED, _NOT_FOUND, _GONE),
    )
    router.add_api_route(
        "/{pc_id}",
        remove,
        methods=["DELETE"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=answers(*GUARDED, _NOT_FOUND),
    )
    router.add_api_route(
        "/{pc_id}/restore",
        restore,
        methods=["POST"],
        responses=answers(*GUARDED, _NOT_FOUND, _CONFLICT),
    )
    return router


async def register(
    body: RegisterPc,
    response: Response,
    caller: Enroller,
    pcs: FromDishka[PcRepository],
    clock: FromDishka[Clock],
) -> RegisteredPcAnswer:
    """Register a PC, which counts as its first keep-alive, and give it a credential.

    Again is harmless; the PC gets a new credential, and its old one ends.
    """
    credential = PcCredential.create()
    asked = body.to_registration()
    pc, is_new = await pcs.register(asked, credential, caller.subject, clock.now())
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    response.headers["Location"] = f"/v1/pcs/{pc.id}"
    response.headers["Cache-Control"] = "no-store"
    return RegisteredPcAnswer.to_pc(pc, credential)


async def list_pcs(asked: Annotated[ListPcs, Query()], pcs: FromDishka[PcRepository]) -> PcsAnswer:
    """List PCs in order of id, page by page."""
    return PcsAnswer.of(await pcs.page(asked.pc_status, asked.after, asked.limit))


async def show(pc_id: PcId, pcs: FromDishka[PcRepository]) -> PcAnswer:
    """Show one PC."""
    return PcAnswer.of(await pcs.get(pc_id))


async def remove(
    pc_id: PcId, caller: Writer, pcs: FromDishka[PcRepository], clock: FromDishka[Clock]
) -> None:
    """Remove a PC; only `restore` brings it back. Again is harmless."""
    await pcs.remove(pc_id, caller.subject, clock.now())


async def restore(
    pc_id: PcId, caller: Writer, pcs: FromDishka[PcRepository], clock: FromDishka[Clock]
) -> PcAnswer:
    """Bring a removed PC back; it stays offline until it is heard."""
    return PcAnswer.of(await pcs.restore(pc_id, caller.subject, clock.now()))
