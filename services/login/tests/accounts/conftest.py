import hashlib
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from dishka import Provider, Scope

from login.app import build_host_builder
from login.domain.accounts.passwords import PasswordHashes
from loopjobs import Host
from loopjobs.logs import TextFormatter
from loopjobs.testing import FakeClock
from servicekit.cli import log_lines
from servicekit.database import Database

from .people import (
    CLIENT_ID,
    CLIENT_SECRET,
    NEW_PASSWORD,
    PASSWORD,
    PREVIOUS_SECRET,
    People,
    quick_hashes,
)

SECRET_FIELDS = ("access_token", "refresh_token", "token", "new_password", "client_secret")


@pytest.fixture
def secrets() -> set[str]:
    """What must not be logged; the client adds every token it sees."""
    return {PASSWORD, NEW_PASSWORD, CLIENT_SECRET, PREVIOUS_SECRET, "$argon2", "PRIVATE KEY"}


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(caplog: pytest.LogCaptureFixture, secrets: set[str]) -> Iterator[None]:
    """Look at every record of the test, at the levels of a service that runs with --verbose."""
    for name in log_lines._TALKATIVE:
        caplog.set_level(logging.INFO, name)
    # Last: it is also the level from which anything is captured at all.
    caplog.set_level(logging.DEBUG)
    yield
    formatter = TextFormatter(log_lines.redact_line)
    forms = list(_forms(secrets))
    for record in [*caplog.get_records("setup"), *caplog.get_records("call")]:
        line = formatter.format(record) + repr(vars(record))
        assert not [form for form in forms if form in line], record.name


def _forms(secrets: set[str]) -> Iterator[str]:
    for secret in secrets:
        digest = hashlib.sha256(secret.encode())
        yield from (secret, digest.hexdigest(), repr(digest.digest())[2:-1])


@pytest.fixture
def more_settings() -> Mapping[str, Mapping[str, object]]:
    """What a test wants to have set otherwise."""
    return {}


@pytest.fixture
def settings(
    database_url: str, tmp_path: Path, more_settings: Mapping[str, Mapping[str, object]]
) -> Mapping[str, object]:
    known: dict[str, dict[str, object]] = {
        "Database": {"Url": database_url},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "RateLimits": {"SignInsPerMinuteAndUser": 1_000, "SignInsPerMinuteAndAddress": 1_000},
        "Clients": {
            CLIENT_ID: {
                "Secret": CLIENT_SECRET,
                "PreviousSecret": PREVIOUS_SECRET,
                "Scopes": ["pcs:write", "tokens:introspect"],
            },
        },
    }
    sections = known.keys() | more_settings.keys()
    return {name: {**known.get(name, {}), **more_settings.get(name, {})} for name in sections}


@pytest.fixture
def host(settings: Mapping[str, object], database: Database, clock: FakeClock) -> Host:
    quick = Provider(scope=Scope.APP)
    quick.provide(quick_hashes, provides=PasswordHashes)
    builder = build_host_builder(settings_files=[], settings=settings, clock=clock)
    return builder.add_provider(quick).build()


@pytest.fixture
async def client(
    api: httpx.AsyncBaseTransport, secrets: set[str]
) -> AsyncIterator[httpx.AsyncClient]:
    async def note(response: httpx.Response) -> None:
        await response.aread()
        kind = response.headers.get("content-type", "")
        body = response.json() if kind == "application/json" else {}
        secrets.update(body[name] for name in SECRET_FIELDS if name in body)

    async with httpx.AsyncClient(
        transport=api, base_url="http://login.test", event_hooks={"response": [note]}
    ) as client:
        yield client


@pytest.fixture
def people(database: Database, clock: FakeClock) -> People:
    return People(database, clock)
