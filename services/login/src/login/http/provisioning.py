"""PCs by MAC address: described by an administrator, known before they are ever heard."""

from http import HTTPStatus
from typing import Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Response

from login.domain.ports import PcProvisioning
from login.http.callers import READER, Writer
from login.http.macs import PathMac
from login.http.messages import PcAnswer
from login.http.provisioning_messages import ChangePc, ProvisionPc
from loopjobs import Clock
from servicekit.problems import answers
from servicekit.tokens import GUARDED

_NOT_FOUND: Final = HTTPStatus.NOT_FOUND
_GONE: Final = HTTPStatus.GONE
_BODY: Final = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def create_provisioning_router() -> APIRouter:
    """Create the routes by which PCs are provisioned."""
    router = APIRouter(prefix="/v1/pcs/by-mac", tags=["Provisioning"], route_class=DishkaRoute)
    router.add_api_route(
        "/{mac}",
        show_by_mac,
        methods=["GET"],
        dependencies=[READER],
        responses=answers(*GUARDED, _NOT_FOUND, _GONE),
    )
    router.add_api_route(
        "/{mac}",
        provision,
        methods=["PUT"],
        responses={
            HTTPStatus.CREATED.value: {"model": PcAnswer, "description": "New; offline."},
            **answers(*GUARDED, *_BODY),
        },
    )
    router.add_api_route(
        "/{mac}",
        change,
        methods=["PATCH"],
        responses=answers(*GUARDED, *_BODY, _NOT_FOUND, _GONE),
    )
    router.add_api_route(
        "/{mac}",
        remove_by_mac,
        methods=["DELETE"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=answers(*GUARDED, _NOT_FOUND),
    )
    return router


async def show_by_mac(mac: PathMac, pcs: FromDishka[PcProvisioning]) -> PcAnswer:
    """Show one PC."""
    return PcAnswer.of(await pcs.get(mac))


async def provision(
    mac: PathMac,
    body: ProvisionPc,
    response: Response,
    caller: Writer,
    pcs: FromDishka[PcProvisioning],
    clock: FromDishka[Clock],
) -> PcAnswer:
    """Make a PC be as described; a removed one is restored. Again is harmless.

    A new PC is offline until it has registered itself and is heard.
    """
    pc, is_new = await pcs.put(body.to_registration(mac), caller.subject, clock.now())
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    response.headers["Location"] = f"/v1/pcs/{pc.id}"
    return PcAnswer.of(pc)


async def change(
    mac: PathMac,
    body: ChangePc,
    _: Writer,
    pcs: FromDishka[PcProvisioning],
    clock: FromDishka[Clock],
) -> PcAnswer:
    """Change what the body names; the rest stays."""
    return PcAnswer.of(await pcs.change(mac, body.to_changes(), clock.now()))


async def remove_by_mac(
    mac: PathMac, caller: Writer, pcs: FromDishka[PcProvisioning], clock: FromDishka[Clock]
) -> None:
    """Remove a PC; only an administrator brings it back. Again is harmless."""
    await pcs.remove(mac, caller.subject, clock.now())
