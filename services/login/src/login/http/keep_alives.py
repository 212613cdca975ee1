"""What PCs say about themselves, again and again."""

from http import HTTPStatus

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Response

from login.domain.pacing import KeepAlivePacing
from login.domain.ports import PcRepository
from login.http.macs import PathMac
from login.http.messages import KeepAliveAnswer
from loopjobs import Clock
from servicekit.problems import answers

_REFUSALS = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.SERVICE_UNAVAILABLE)


def create_keep_alives_router() -> APIRouter:
    """Create the routes by which PCs say that they are there, or that they go."""
    router = APIRouter(prefix="/v1/pcs/{mac}", tags=["Keep-alives"], route_class=DishkaRoute)
    router.add_api_route("/keep-alive", keep_alive, methods=["PUT"], responses=answers(*_REFUSALS))
    router.add_api_route(
        "/offline",
        go_offline,
        methods=["POST"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=answers(*_REFUSALS),
    )
    return router


async def keep_alive(
    mac: PathMac,
    pcs: FromDishka[PcRepository],
    clock: FromDishka[Clock],
    pacing: FromDishka[KeepAlivePacing],
) -> KeepAliveAnswer:
    """Hear a PC; the server's clock says when."""
    now = clock.now()
    await pcs.keep_alive(mac, now)
    return KeepAliveAnswer(server_time=now, next_in_s=pacing.next_in_seconds())


async def go_offline(mac: PathMac, pcs: FromDishka[PcRepository], clock: FromDishka[Clock]) -> None:
    """Hear that a PC shuts down; again is harmless."""
    await pcs.go_offline(mac, clock.now())
