"""What PCs say about themselves, again and again."""

from http import HTTPStatus
from typing import Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Response

from login.domain.pacing import KeepAlivePacing
from login.domain.ports import PcRepository
from login.http.keep_alive_intake import KeepAliveIntake
from login.http.keep_alive_limit import KeepAliveLimit
from login.http.macs import PathMac
from login.http.messages import KeepAliveAnswer
from login.http.speaking_pc import PresentedCredential
from loopjobs import Clock
from servicekit.problems import answers
from servicekit.tokens import GUARDED

_REFUSALS: Final = (*GUARDED, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def create_keep_alives_router() -> APIRouter:
    """Create the routes by which PCs say that they are there, or that they go."""
    router = APIRouter(prefix="/v1/pcs/{mac}", tags=["Keep-alives"], route_class=DishkaRoute)
    router.add_api_route(
        "/keep-alive",
        keep_alive,
        methods=["PUT"],
        responses=answers(*_REFUSALS, HTTPStatus.TOO_MANY_REQUESTS),
    )
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
    credential: PresentedCredential,
    limit: FromDishka[KeepAliveLimit],
    intake: FromDishka[KeepAliveIntake],
    pacing: FromDishka[KeepAlivePacing],
) -> KeepAliveAnswer:
    """Hear a PC; the server's clock says when."""
    limit.admit(credential)
    heard_at = await intake.take(mac, credential)
    return KeepAliveAnswer(server_time=heard_at, next_in_s=pacing.next_in_seconds())


async def go_offline(
    mac: PathMac,
    credential: PresentedCredential,
    pcs: FromDishka[PcRepository],
    clock: FromDishka[Clock],
) -> None:
    """Hear that a PC shuts down; again is harmless."""
    await pcs.go_offline(mac, credential, clock.now())
