"""The public keys that access tokens are verified with."""

from typing import Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Response

from login.credentials.key_ring import KeyRing
from servicekit.problems import answers
from servicekit.tokens import JwksDocument

PATH: Final = "/.well-known/jwks.json"
_FRESH_FOR: Final = 300


def create_keys_router() -> APIRouter:
    """Create the route of the keys."""
    router = APIRouter(tags=["Keys"], route_class=DishkaRoute)
    router.add_api_route(PATH, show_keys, methods=["GET"], responses=answers())
    return router


async def show_keys(response: Response, keys: FromDishka[KeyRing]) -> JwksDocument:
    """Show all keys that valid tokens may be signed with, and those about to sign."""
    response.headers["Cache-Control"] = f"public, max-age={_FRESH_FOR}"
    return JwksDocument.of(key.verification for key in await keys.all())
