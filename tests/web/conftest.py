"""A host with jobs that do well and badly, and the page about it."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from loopjobs import CancellationToken, Clock, Host, LoopJobOptions
from loopjobs.web import JobsApp, create_jobs_app

from .visitors import OPERATOR, VIEWER, Accounts, Tokens, browser

Build = Callable[..., Host]


async def quick(ct: CancellationToken) -> None:
    """Do nothing, quickly.

    And well.
    """


async def broken(ct: CancellationToken) -> None:
    raise ConnectionError("no answer")


class Slow:
    """Take a minute."""

    def __init__(self, options: LoopJobOptions, clock: Clock) -> None:
        self._clock = clock

    async def execute(self, ct: CancellationToken) -> None:
        await self._clock.sleep(60)


@pytest.fixture
def host(build: Build) -> Host:
    """Three jobs, every ten seconds each."""
    return build(quick, broken, Slow)


@pytest.fixture
def tokens() -> Tokens:
    """The tokens that the application knows."""
    return Tokens()


@pytest.fixture
def accounts() -> Accounts:
    """The accounts that can sign in."""
    return Accounts()


@pytest.fixture
def app(host: Host, tokens: Tokens, accounts: Accounts) -> JobsApp:
    """The page, by token and by sign-in."""
    return create_jobs_app(host, authorization=tokens, sign_in=accounts, title="Login")


@pytest.fixture
async def operator(app: JobsApp) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may act."""
    async with browser(app, OPERATOR) as client:
        yield client


@pytest.fixture
async def viewer(app: JobsApp) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may look."""
    async with browser(app, VIEWER) as client:
        yield client


@pytest.fixture
async def stranger(app: JobsApp) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody whom nobody knows."""
    async with browser(app) as client:
        yield client
