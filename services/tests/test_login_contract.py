"""What AdminProvisioning takes for granted about Login, held against the real Login."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import login.storage
from admin_provisioning.login_api.access import Access
from admin_provisioning.login_api.client import HttpLoginApi
from admin_provisioning.login_api.options import LoginApiOptions
from admin_provisioning.login_api.people import People
from login.app import build_host_builder
from login.domain.accounts.passwords import PasswordHashes
from login.domain.accounts.ports import SessionStore, UserStore
from login.domain.accounts.user_name import UserName
from login.http.api import create_api
from loopjobs import Clock, Host
from loopjobs.testing import FakeClock
from servicekit.database import Revisions
from servicekit.testing.fixtures import on_sqlite
from servicekit.tokens import TokenVerifier

from ..admin_provisioning.tests.login_api.login_contract import (  # noqa: TID252 - tests have no root
    check_contract,
)

SECRET = "a-secret-of-more-than-32-characters"


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(login.storage)


@pytest.fixture
async def host(database_url: str, tmp_path: Path) -> AsyncIterator[Host]:
    settings = {
        "Database": {"Url": database_url},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "Clients": {"admin-provisioning": {"Secret": SECRET, "Scopes": ["pcs:write"]}},
    }
    host = build_host_builder(settings_files=[], settings=settings, clock=FakeClock()).build()
    yield host
    await host.container.close()


@pytest.fixture
async def http(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_api(host.container))
    async with httpx.AsyncClient(transport=transport, base_url="http://login.test") as http:
        yield http


async def test_login_keeps_the_contract(host: Host, http: httpx.AsyncClient) -> None:
    """A PC is created, changed, removed and restored, each step twice."""
    options = LoginApiOptions.model_validate({"ClientSecret": SECRET})
    access = Access(http, options, await host.container.get(Clock))
    await check_contract(HttpLoginApi(http, access))


@on_sqlite
async def test_login_tells_who_somebody_is(host: Host, http: httpx.AsyncClient) -> None:
    """By name and password, with the scopes of the account; no session is left of it."""
    get = host.container.get
    store, hashes, clock = await get(UserStore), await get(PasswordHashes), await get(Clock)
    name, hashed = UserName.parse("ada"), await hashes.hash("correct horse")
    await store.add(name, hashed, frozenset({"jobs:view"}), clock.now(), "test")
    people = People(http, await get(TokenVerifier))
    principal = await people.identify("ada", "correct horse")
    assert principal is not None
    assert principal.scopes == {"jobs:view"}
    assert principal.session_id is not None
    sessions = await get(SessionStore)
    assert await sessions.find_session(principal.session_id, clock.now()) is None
    assert await people.identify("ada", "wrong") is None
    assert await people.identify("no\0body", "wrong") is None
