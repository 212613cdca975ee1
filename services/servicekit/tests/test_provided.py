"""What a container provides to endpoints."""

import gc
import weakref
from collections.abc import Iterator

import httpx
import pytest
from dishka import make_async_container
from dishka.integrations.fastapi import DishkaRoute, FastapiProvider, FromDishka
from fastapi import APIRouter, FastAPI, Request

from servicekit.provided import provide_from


@pytest.fixture
def no_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
async def test_a_request_is_gone_when_it_is_over() -> None:
    """With all that was made for it: nothing waits for the collector, which stops the service."""
    requests: list[weakref.ref[Request]] = []
    router = APIRouter(route_class=DishkaRoute)

    @router.get("/")
    async def serve(request: FromDishka[Request]) -> None:
        requests.append(weakref.ref(request))

    app = FastAPI()
    app.include_router(router)
    provide_from(make_async_container(FastapiProvider()), app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kit.test") as client:
        await client.get("/")
    assert [request() for request in requests] == [None]
