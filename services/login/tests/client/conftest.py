from collections.abc import AsyncIterator

import pytest

from login.client import LoginClient, PcIdentity
from loopjobs.testing import FakeClock
from servicekit.mac import MacAddress

from .fakes import FakeLogin, login_client


@pytest.fixture
def login() -> FakeLogin:
    return FakeLogin()


@pytest.fixture
async def client(login: FakeLogin, clock: FakeClock) -> AsyncIterator[LoginClient]:
    async with login.client() as http:
        yield login_client(http, clock)


@pytest.fixture
def pc() -> PcIdentity:
    return PcIdentity(MacAddress("0200000000aa"), "lab-01", "1" * 32)
