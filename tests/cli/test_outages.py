"""What is told when a service cannot be asked, or does not answer as it should."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loopjobs.testing import FakeClock

from .conftest import Command, Ended

URL = "http://service.test/jobs"
PROBLEM = {"type": "about:blank", "title": "No", "status": 400, "detail": "no\x1b[2J such thing"}


def asked(command: Command, answer: httpx.Response | Exception, *line: str) -> Ended:
    """Run a command against a service that gives this answer to everything."""

    def answers(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = httpx.MockTransport(answers)
    return command(*(line or ("status",)), "--url", URL, transport=transport)


def because(cause: Exception) -> httpx.ConnectError:
    """Return the error that a connection ends with for that reason."""
    error = httpx.ConnectError("it failed")
    error.__cause__ = cause
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    """Return what OpenSSL says of a certificate that nobody vouches for."""
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectError("Connection refused"), "cannot be reached: Connection refused. Does"),
        (httpx.ConnectTimeout(""), "cannot be reached: ConnectTimeout. Does the service run"),
        (httpx.ReadTimeout(""), "was reached and does not answer. Is its event loop blocked?"),
        (httpx.RemoteProtocolError("bad \x1b[2J line"), "not as HTTP should: bad \\x1b[2J line."),
        (because(untrusted()), "a certificate that is not trusted: self-signed certificate. Name"),
        (because(ssl.SSLError(1, "WRONG_VERSION_NUMBER")), "cannot be spoken to by TLS: "),
    ],
)
def test_a_service_out_of_reach_is_unhealthy(
    command: Command, error: Exception, words: str
) -> None:
    """Code 1, one line, no traceback, nothing that speaks to the terminal."""
    ended = asked(command, error)
    assert (ended.code, ended.out) == (1, "")
    assert words in ended.err
    assert ended.err.count("\n") == 1
    assert "\x1b" not in ended.err


@pytest.mark.parametrize(
    ("status", "headers", "code", "words"),
    [
        (400, {}, 2, "refuses: no\\x1b[2J such thing (HTTP 400)"),
        (403, {}, 2, "does not allow it: no\\x1b[2J such thing (HTTP 403)"),
        (404, {}, 2, "does not answer like the jobs of a service"),
        (405, {}, 2, "does not answer like the jobs of a service"),
        (409, {}, 1, "cannot do it now: no\\x1b[2J such thing (HTTP 409)"),
        (429, {"Retry-After": "7"}, 1, "was asked too often; try again in 7 s."),
        (429, {"Retry-After": "\x1b[2J"}, 1, "was asked too often; try again later."),
        (303, {"Location": "/sign-in"}, 2, "sends this request elsewhere (HTTP 303)"),
        (500, {}, 1, "has failed: no\\x1b[2J such thing (HTTP 500)"),
        (200, {}, 2, "does not answer like the jobs of a service"),
    ],
)
def test_every_refusal_is_told_with_its_reason(
    command: Command, status: int, headers: dict[str, str], code: int, words: str
) -> None:
    """2 is a mistake of whoever asks, 1 is a no that may be a yes later."""
    ended = asked(command, httpx.Response(status, headers=headers, json=PROBLEM))
    assert (ended.code, ended.out) == (code, "")
    assert words in ended.err
    assert "\x1b" not in ended.err


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff", b"7"])
def test_what_is_no_answer_of_jobs_is_a_wrong_url(command: Command, body: bytes) -> None:
    """Something else may live at the address."""
    for line in (("status",), ("status", "x"), ("trigger", "x"), ("pause", "x")):
        ended = asked(command, httpx.Response(200, content=body), *line)
        assert ended.code == 2
        assert "does not answer like the jobs of a service" in ended.err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "which service? Give --url"),
        ("localhost:8080/jobs", "is none of a service"),
        ("ftp://x/jobs", "is none of a service"),
        ("http:///jobs", "is none of a service"),
        ("http://x/jobs?a=b", "is none of a service"),
        ("http://x:port/jobs", "--url is no URL"),
        ("http://me:hunter2@x/jobs", "holds a password, which all users of this machine can see"),
    ],
)
def test_a_url_that_cannot_be_asked_is_told(command: Command, url: str, words: str) -> None:
    """Before anything is sent, and without the password."""
    ended = command("status", "--url", url)
    assert ended.code == 2
    assert words in ended.err
    assert "hunter2" not in ended.err


@pytest.mark.parametrize("content", [None, b"", b"\n", b"hush\xff", b"hush hush", b"hush\x1b"])
def test_a_token_that_is_none_is_told(
    command: Command, tmp_path: Path, content: bytes | None
) -> None:
    """The name of the file, never what is in it."""
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    ended = command("status", "--url", URL, "--token-file", str(file))
    assert ended.code == 2
    assert str(file) in ended.err
    assert "hush" not in ended.err


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://service.test:80/jobs/", "http://service.test"),
        ("https://service.test/", "https://service.test"),
        ("http://[::1]:8080/jobs", "http://[::1]:8080"),
    ],
)
def test_actions_say_where_they_come_from(command: Command, url: str, origin: str) -> None:
    """And what they mean to do, so that no page of somebody else can do it for them."""
    seen: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"accepted": True})

    transport = httpx.MockTransport(answers)
    assert command("pause", "a/b", "--url", url, transport=transport).code == 0
    (request,) = seen
    assert request.method == "POST"
    assert request.headers["Origin"] == origin
    assert request.headers["X-Loopjobs-Action"] == "pause"
    assert str(request.url) == f"{url.replace(':80/', '/').rstrip('/')}/api/jobs/a%2Fb/pause"


def _overview(health: str) -> dict[str, object]:
    common = {"replica": "r\x1b[2J", "now": "2026-03-01T00:00:00+00:00", "jobs": []}
    return {**common, "status": health, "live": True, "ready": True, "title": "x"}


class Hurried(FakeClock):
    """A clock on which a sleep is over at once."""

    async def sleep(self, seconds: float) -> None:
        """Let others run."""
        await asyncio.sleep(0)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_watch_waits_for_a_service_that_is_away(command: Command, as_json: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """With JSON each look is a line; a mistake ends it, an outage does not."""
    script: Iterator[httpx.Response | Exception] = iter(
        [
            httpx.Response(200, json=_overview("healthy")),
            httpx.ConnectError("Connection refused"),
            httpx.Response(200, json=_overview("degraded")),
            httpx.Response(401),
        ]
    )

    def answers(_: httpx.Request) -> httpx.Response:
        answer = next(script)
        if isinstance(answer, Exception):
            raise answer
        return answer

    line = ["status", "--watch", "--url", URL, *(["--json"] if as_json else [])]
    ended = command(*line, clock=Hurried(), transport=httpx.MockTransport(answers))
    assert ended.code == 2
    assert "cannot be reached: Connection refused" in ended.err
    assert "wants to know who asks" in ended.err
    assert "\x1b" not in ended.out
    if as_json:
        assert [each.partition('"status": "')[2][:7] for each in ended.out.splitlines()] == [
            "healthy",
            "degrade",
        ]
    else:
        assert ended.out.index("healthy") < ended.out.index("degraded")
