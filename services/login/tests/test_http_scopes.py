"""Which access tokens open which endpoints of PCs."""

from typing import Final

import httpx
import pytest

from loopjobs.testing import FakeClock
from servicekit.testing import TokenMint
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database

from .fleet import Fleet
from .speakers import PC, problem

pytestmark = on_any_database

BODY: Final = {"hostname": "lab-01"}
READ: Final = {"pcs:read", "pcs:write"}
WRITE: Final = {"pcs:write"}
ENROLL: Final = {"pcs:enroll", "pcs:write"}
SCOPES: Final = (
    "pcs:read",
    "pcs:write",
    "pcs:enroll",
    "jobs:view",
    "jobs:operate",
    "metrics:read",
    "tokens:introspect",
    "provisioning:read",
    "provisioning:write",
)

OPERATIONS: Final = {
    "POST /v1/pcs": ENROLL,
    "GET /v1/pcs": READ,
    "GET /v1/pcs/1": READ,
    "DELETE /v1/pcs/1": WRITE,
    "POST /v1/pcs/1/restore": WRITE,
    "GET /v1/pcs/by-mac/020000000001": READ,
    "PUT /v1/pcs/by-mac/020000000001": WRITE,
    "PATCH /v1/pcs/by-mac/020000000001": WRITE,
    "DELETE /v1/pcs/by-mac/020000000001": WRITE,
}


@pytest.fixture(autouse=True)
async def pc(fleet: Fleet) -> None:
    """One is there, with the id and the MAC address of the operations."""
    await fleet.add(0)


each_operation = in_turn("operation", list(OPERATIONS))


async def send(
    client: httpx.AsyncClient, operation: str, headers: dict[str, str]
) -> httpx.Response:
    method, path = operation.split()
    body = PC if method == "POST" and path == "/v1/pcs" else BODY
    with_body = {"json": body} if method in {"PUT", "PATCH"} or body is PC else {}
    return await client.request(method, path, headers=headers, **with_body)  # type: ignore[arg-type]  # one keyword or none


@pytest.mark.parametrize(
    ("operation", "scope"),
    [(operation, scope) for operation, scopes in OPERATIONS.items() for scope in sorted(scopes)],
)
async def test_one_of_the_right_scopes_is_enough(
    client: httpx.AsyncClient, mint: TokenMint, operation: str, scope: str
) -> None:
    """Nobody needs all of them."""
    assert (await send(client, operation, mint.headers("client:labs", scope))).is_success


@each_operation
async def test_any_other_scope_is_refused(
    client: httpx.AsyncClient, mint: TokenMint, fleet: Fleet, operation: str
) -> None:
    """Neither one of them nor all together, and nothing has happened."""
    others = [scope for scope in SCOPES if scope not in OPERATIONS[operation]]
    for scopes in (*([scope] for scope in others), others):
        answer = await send(client, operation, mint.headers("client:labs", *scopes))
        assert problem(answer) == (403, "about:blank")
        assert "insufficient_scope" in answer.headers["www-authenticate"]
    assert (await fleet.row(1)).version == 1
    assert len(await fleet.statuses()) == 1


@each_operation
async def test_each_operation_asks_who_is_there(
    client: httpx.AsyncClient, mint: TokenMint, clock: FakeClock, fleet: Fleet, operation: str
) -> None:
    """401 with a challenge: without a token, with a PC's credential, and when its time is over."""
    over = mint.headers("user:7", "pcs:read", "pcs:write")
    await clock.advance(3_600)
    for headers in ({}, {"Authorization": "Bearer lpc_of-pc-1"}, over):
        answer = await send(client, operation, headers)
        assert problem(answer) == (401, "about:blank")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await fleet.row(1)).version == 1


async def test_whoever_may_enroll_may_not_look(client: httpx.AsyncClient, mint: TokenMint) -> None:
    """A client that registers PCs learns of no PC but its own."""
    headers = mint.headers("client:labs", "pcs:enroll")
    registered = await client.post("/v1/pcs", json=PC, headers=headers)
    assert registered.status_code == 201
    seen = await client.get(registered.headers["location"], headers=headers)
    assert seen.status_code == 403
