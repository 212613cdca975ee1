from collections.abc import AsyncIterator

import httpx
import pytest

from admin_provisioning.login_api.access import Access
from admin_provisioning.login_api.client import HttpLoginApi
from admin_provisioning.login_api.options import LoginApiOptions
from loopjobs.testing import FakeClock

from .stand_in import SECRET, StandIn


@pytest.fixture
def service() -> StandIn:
    return StandIn()


@pytest.fixture
async def http(service: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.MockTransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://login.test") as http:
        yield http


@pytest.fixture
def login(http: httpx.AsyncClient, clock: FakeClock) -> HttpLoginApi:
    options = LoginApiOptions.model_validate({"ClientSecret": SECRET})
    return HttpLoginApi(http, Access(http, options, clock))
