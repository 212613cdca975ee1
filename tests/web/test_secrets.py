"""What is planted in options, errors, names and counters, and what gets into answers."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from pydantic import Field, SecretStr

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions, current_run
from loopjobs.testing import FakeClock
from loopjobs.web import JobsApp, create_jobs_app

from .visitors import OPERATOR, Accounts, Tokens, browser, sign_in
from .watcher import Watcher, watching

PLANTED = "hunter2swordfish"
MARKUP = "<img src=x onerror=alert(1)>"


class LeakyOptions(LoopJobOptions):
    password: SecretStr = SecretStr("")
    api_key: str = ""
    database_url: str = ""
    note: str = Field(default=MARKUP)


async def leaky(ct: CancellationToken) -> None:
    """Leak <b>everything</b>."""
    current_run().report(**{f"{MARKUP}": 1})
    raise ConnectionError(
        f"{MARKUP} cannot reach postgresql://ann:{PLANTED}@db.example/x, password={PLANTED}, "
        f"Authorization: Bearer {PLANTED}"
    )


@pytest.fixture
def host(clock: FakeClock) -> Host:
    """One job that gives everything away, if it is let."""
    section = {
        "IntervalInSeconds": 10,
        "Password": PLANTED,
        "ApiKey": PLANTED,
        "DatabaseUrl": f"postgresql://ann:{PLANTED}@db.example/x",
    }
    builder = HostBuilder(settings_files=(), settings={"Leaky": section}, clock=clock)
    builder.add_loop_job(leaky, LeakyOptions, section_name="Leaky", name=f"Leaky {MARKUP}")
    return builder.build()


@pytest.fixture
async def signed_in(
    host: Host, accounts: Accounts, tokens: Tokens, clock: FakeClock
) -> AsyncIterator[tuple[JobsApp, httpx.AsyncClient]]:
    """An operator with a session, and a host whose job has failed."""
    app = create_jobs_app(host, authorization=tokens, sign_in=accounts, title=f"Login {MARKUP}")
    async with host, browser(app) as client:
        await sign_in(client)
        await clock.advance(15)
        yield app, client


def paths_of(host: Host) -> list[str]:
    (name,) = host.jobs
    job = quote(name, safe="")
    pages = [f"/job/{job}", f"/job/{job}/run", f"/job/{job}/x"]
    return ["/", *pages, "/api/jobs", f"/api/jobs/{job}", f"/api/jobs/{job}/history", "/x"]


async def test_no_secret_is_in_any_answer(
    host: Host, signed_in: tuple[JobsApp, httpx.AsyncClient], clock: FakeClock
) -> None:
    """Not for an operator, who sees tracebacks; and what is no secret is there."""
    app, client = signed_in
    session = client.cookies["loopjobs_session_80"]
    watcher = Watcher()
    async with watching(app, watcher):
        await clock.settle()
    answers = [(await client.get(path)).text for path in paths_of(host)]
    assert "db.example" in answers[1]
    assert "Traceback (most recent call last)" in answers[1]
    for text in (*answers, watcher.text):
        assert PLANTED not in text
        assert session not in text
        assert OPERATOR["Authorization"].removeprefix("Bearer ") not in text


async def test_no_markup_gets_into_a_page(
    host: Host, signed_in: tuple[JobsApp, httpx.AsyncClient]
) -> None:
    """From a name, a docstring, an error, a counter, an option or the title: it is shown."""
    _, client = signed_in
    for path in paths_of(host):
        answer = await client.get(path)
        if answer.headers["content-type"].startswith("text/html"):
            assert MARKUP not in answer.text
            assert "<img" not in answer.text
            assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text
        else:
            assert "json" in answer.headers["content-type"]
            assert answer.headers["x-content-type-options"] == "nosniff"
