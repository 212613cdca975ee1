"""The list of PCs: registering, showing, removing, restoring."""

from http import HTTPStatus
from typing import Annotated

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Path, Query, Response

from login.domain.ports import PcRepository
from login.http.messages import ListPcs, PcAnswer, PcsAnswer, RegisterPc
from loopjobs import Clock
from servicekit.problems import answers

PcId = Annotated[int, Path(ge=1, lt=2**63)]

_GONE = HTTPStatus.GONE
_NOT_FOUND = HTTPStatus.NOT_FOUND
_CONFLICT = HTTPStatus.CONFLICT
_BUSY = HTTPStatus.SERVICE_UNAVAILABLE
_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def create_pcs_router() -> APIRouter:
    """Create the routes of the list of PCs."""
    router = APIRouter(prefix="/v1/pcs", tags=["PCs"], route_class=DishkaRoute)
    router.add_api_route(
        "",
        register,
        methods=["POST"],
        status_code=HTTPStatus.CREATED,
        responses={
            HTTPStatus.OK.value: {"model": PcAnswer, "description": "Known already; now online."},
            **answers(_CONFLICT, _GONE, _BUSY, *_BODY),
        },
    )
    router.add_api_route("", list_pcs, methods=["GET"], responses=answers(_BUSY))
    router.add_api_route(
        "/{pc_id}", show, methods=["GET"], responses=answers(_NOT_FOUND, _GONE, _BUSY)
    )
    router.add_api_route(
        "/{pc_id}",
        remove,
        methods=["DELETE"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=answers(_NOT_FOUND, _BUSY),
    )
    router.add_api_route(
        "/{pc_id}/restore",
        restore,
        methods=["POST"],
        responses=answers(_NOT_FOUND, _CONFLICT, _BUSY),
    )
    return router


async def register(
    body: RegisterPc, response: Response, pcs: FromDishka[PcRepository], clock: FromDishka[Clock]
) -> PcAnswer:
    """Register a PC, which counts as its first keep-alive; again is harmless."""
    pc, is_new = await pcs.register(body.to_registration(), clock.now())
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    response.headers["Location"] = f"/v1/pcs/{pc.id}"
    return PcAnswer.of(pc)


async def list_pcs(asked: Annotated[ListPcs, Query()], pcs: FromDishka[PcRepository]) -> PcsAnswer:
    """List PCs in order of id, page by page."""
    return PcsAnswer.of(await pcs.page(asked.pc_status, asked.after, asked.limit))


async def show(pc_id: PcId, pcs: FromDishka[PcRepository]) -> PcAnswer:
    """Show one PC."""
    return PcAnswer.of(await pcs.get(pc_id))


async def remove(pc_id: PcId, pcs: FromDishka[PcRepository], clock: FromDishka[Clock]) -> None:
    """Remove a PC; only `restore` brings it back. Again is harmless."""
    await pcs.remove(pc_id, clock.now())


async def restore(pc_id: PcId, pcs: FromDishka[PcRepository], clock: FromDishka[Clock]) -> PcAnswer:
    """Bring a removed PC back; it stays offline until it is heard."""
    return PcAnswer.of(await pcs.restore(pc_id, clock.now()))
