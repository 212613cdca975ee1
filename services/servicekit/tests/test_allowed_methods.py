"""What a path says that is asked with a method it does not have."""

import httpx
from fastapi import APIRouter

from servicekit.problems import ProblemApi


async def nothing(number: int = 0) -> None:
    """Do nothing."""


async def test_a_path_names_the_methods_of_all_its_routes() -> None:
    """Routes that share a path are one resource: 405 lists what each of them serves."""
    router = APIRouter(prefix="/things")
    for method, path in (("GET", "/{number}"), ("DELETE", "/{number}"), ("POST", "/{number}/x")):
        router.add_api_route(path, nothing, methods=[method])
    app = ProblemApi("Things", "1")
    app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://things.test") as client:
        refusal = await client.put("/things/7")
        assert (await client.get("/things")).status_code == 404
    assert (refusal.status_code, refusal.headers["Allow"]) == (405, "DELETE, GET")
