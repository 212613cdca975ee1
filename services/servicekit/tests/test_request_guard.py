"""The guard at the level of ASGI."""

from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send

from servicekit.problems import ProblemError
from servicekit.requests import Forms, RequestGuard, Upload

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


UPLOAD = Upload("POST", "/files", max_bytes=6, media_types=frozenset({"multipart/form-data"}))


def to_files(*headers: tuple[bytes, bytes]) -> Scope:
    return {"type": "http", "method": "POST", "path": "/files", "headers": headers}


async def test_a_route_that_takes_files_gets_them_piece_by_piece() -> None:
    """Nothing is gathered, and nobody asks whether it is JSON."""
    app = Application()
    messages = [part(b"{no", more=True), part(b"pe}", more=False)]
    scope = to_files((b"content-length", b"6"), (b"content-type", b"multipart/form-data; x=y"))
    await RequestGuard(app, uploads=[UPLOAD])(scope, receiving(messages), never_sent)
    assert app.received == messages


async def test_a_file_that_is_too_large_is_not_read_to_its_end() -> None:
    """The piece that makes it too much is the last one; what comes after it stays unread."""
    app = Application()
    messages = [part(b"1234", more=True), part(b"567", more=True), part(b"8", more=False)]
    receive = receiving(messages)
    scope = to_files((b"transfer-encoding", b"chunked"), (b"content-type", b"multipart/form-data"))
    with pytest.raises(ProblemError, match="6 bytes at the most"):
        await RequestGuard(app, uploads=[UPLOAD])(scope, receive, never_sent)
    assert await receive() == part(b"8", more=False)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-length", b"7"), (b"content-type", b"multipart/form-data")], 413),
        ([(b"content-length", b"6"), (b"content-type", b"application/json")], 415),
    ],
)
async def test_a_file_is_refused_for_what_it_announces(
    headers: list[tuple[bytes, bytes]], status: int
) -> None:
    """Before a byte of it is read."""
    app, sent = Application(), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)

    await RequestGuard(app, uploads=[UPLOAD])(to_files(*headers), receiving([]), send)
    assert (sent[0]["status"], app.received) == (status, [])


async def test_other_methods_of_such_a_route_are_guarded_as_ever() -> None:
    """Only what was said to take files takes files."""
    app = Application()
    scope = {**to_files(*HEADERS), "method": "PUT"}
    messages = [part(b"[10]", more=False), {"type": "http.disconnect"}]
    await RequestGuard(app, uploads=[UPLOAD])(scope, receiving(messages), never_sent)
    assert app.received == messages


FORMS = Forms("/jobs/", max_bytes=8)
FORM_HEADER = (b"content-type", b"application/x-www-form-urlencoded")


def to_form(path: str, *headers: tuple[bytes, bytes]) -> Scope:
    return {"type": "http", "method": "POST", "path": path, "headers": headers}


@pytest.mark.parametrize("kind", [FORM_HEADER, HEADERS[1]])
async def test_below_a_prefix_forms_pass_beside_json(kind: tuple[bytes, bytes]) -> None:
    """A form is no JSON, and need not be; what says that it is JSON still has to be."""
    app = Application()
    body = b"a=1" if kind is FORM_HEADER else b"[10]"
    messages = [part(body, more=False), {"type": "http.disconnect"}]
    scope = to_form("/jobs/sign-in", (b"content-length", b"4"), kind)
    await RequestGuard(app, forms=[FORMS])(scope, receiving(messages), never_sent)
    assert app.received == messages


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/jobs/sign-in", b"a=1234567", FORM_HEADER, 413),
        ("/jobs/sign-in", b"a=1", (b"content-type", b"text/plain"), 415),
        ("/jobs/api", b"a=1", HEADERS[1], 422),
        ("/v1/pcs", b"a=1", FORM_HEADER, 415),
        ("/jobs", b"a=1", FORM_HEADER, 415),
    ],
)
async def test_forms_have_limits_of_their_own(
    path: str, body: bytes, kind: tuple[bytes, bytes], status: int
) -> None:
    """They may not be larger, nor be anything else, nor come anywhere else."""
    app, sent = Application(), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)

    scope = to_form(path, (b"transfer-encoding", b"chunked"), kind)
    await RequestGuard(app, forms=[FORMS])(scope, receiving([part(body, more=False)]), send)
    assert (sent[0]["status"], app.received) == (status, [])
