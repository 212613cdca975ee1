"""The guard at the level of ASGI."""

from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send

from servicekit.requests import RequestGuard

HEADERS = [(b"content-length", b"4"), (b"content-type", b"application/json")]


class Application:
    """Keeps what it receives."""

    def __init__(self) -> None:
        self.received: list[Message] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.received = [await receive(), await receive()]


async def never_sent(_: Message) -> None:
    raise AssertionError


def receiving(messages: Sequence[Message]) -> Receive:
    waiting = list(messages)

    async def receive() -> Message:
        return waiting.pop(0)

    return receive


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize("scope", [{"type": "websocket"}, {"type": "http", "headers": []}])
async def test_what_has_no_body_passes_untouched(scope: Scope) -> None:
    """Web sockets, and requests that announce no body."""
    app, messages = Application(), [part(b"", more=False), {"type": "http.disconnect"}]
    await RequestGuard(app)(scope, receiving(messages), never_sent)
    assert app.received == messages


async def test_a_clean_body_is_handed_on_whole() -> None:
    """The application gets it in one piece, then whatever comes after it."""
    app = Application()
    messages = [part(b"[", more=True), part(b"10]", more=False), {"type": "http.disconnect"}]
    await RequestGuard(app)({"type": "http", "headers": HEADERS}, receiving(messages), never_sent)
    assert app.received == [part(b"[10]", more=False), {"type": "http.disconnect"}]


async def test_an_empty_body_needs_no_media_type() -> None:
    """Clients announce a length of 0 with a POST."""
    app = Application()
    scope = {"type": "http", "headers": [(b"content-length", b"0")]}
    messages = [part(b"", more=False), {"type": "http.disconnect"}]
    await RequestGuard(app)(scope, receiving(messages), never_sent)
    assert app.received == messages


async def test_a_client_that_goes_away_in_the_middle_is_not_answered() -> None:
    """The application never hears of half a body."""
    app = Application()
    messages = [part(b"[", more=True), {"type": "http.disconnect"}]
    await RequestGuard(app)({"type": "http", "headers": HEADERS}, receiving(messages), never_sent)
    assert app.received == []
