"""What AdminProvisioning takes for granted about Login, held against the real Login."""

from pathlib import Path

import httpx
import pytest

import login.storage
from admin_provisioning.login_api.access import Access
from admin_provisioning.login_api.client import HttpLoginApi
from admin_provisioning.login_api.options import LoginApiOptions
from login.app import build_host_builder
from login.http.api import create_api
from loopjobs.testing import FakeClock
from servicekit.database import Revisions

from ..admin_provisioning.tests.login_api.login_contract import (  # noqa: TID252 - tests have no root
    check_contract,
)

SECRET = "a-secret-of-more-than-32-characters"


@pytest.fixture
def revisions() -> Revisions:
    return Revisions(Path(login.storage.__file__).parent / "migrations")


async def test_login_keeps_the_contract(database_url: str, tmp_path: Path) -> None:
    """A PC is created, changed, removed and restored, each step twice."""
    clock = FakeClock()
    settings = {
        "Database": {"Url": database_url},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "Clients": {"admin-provisioning": {"Secret": SECRET, "Scopes": ["pcs:write"]}},
    }
    host = build_host_builder(settings_files=[], settings=settings, clock=clock).build()
    transport = httpx.ASGITransport(create_api(host.container))
    async with httpx.AsyncClient(transport=transport, base_url="http://login.test") as http:
        options = LoginApiOptions.model_validate({"ClientSecret": SECRET})
        await check_contract(HttpLoginApi(http, Access(http, options, clock)))
    await host.container.close()
