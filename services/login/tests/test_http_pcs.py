"""The endpoints, as their clients see them."""

from datetime import datetime

import httpx
from sqlalchemy import text

from login.app import build_host_builder
from login.http.api import create_api
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.testing import TokenMint
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database, on_every_database

from .access import trust
from .speakers import PC, Speaker, problem, registered

pytestmark = on_any_database

BASE_URL = "http://login.test"


async def test_a_new_pc_is_created_and_shown(admin: httpx.AsyncClient, clock: FakeClock) -> None:
    """201 with its address; what is shown there is what was answered."""
    response = await admin.post("/v1/pcs", json=PC)
    assert response.status_code == 201
    body = response.json()
    shown = await admin.get(response.headers["location"])
    assert body.pop("credential").startswith("lpc_")
    assert (shown.status_code, shown.json()) == (200, body)
    assert response.headers["cache-control"] == "no-store"
    assert (body["mac"], body["locally_administered"]) == ("00:1b:21:00:00:01", False)
    assert (body["status"], body["offline_start_time"]) == ("online", None)
    assert datetime.fromisoformat(body["last_keep_alive_at"]) == clock.now()


async def test_registering_again_answers_200(admin: httpx.AsyncClient) -> None:
    """The same PC is no new one."""
    pc = await registered(admin)
    again = await admin.post("/v1/pcs", json=PC)
    assert (again.status_code, again.json()["id"]) == (200, pc.id)


@on_every_database
async def test_a_mac_address_in_use_answers_409(admin: httpx.AsyncClient) -> None:
    """Another machine is refused, in a form that programs can tell apart."""
    await registered(admin)
    response = await admin.post("/v1/pcs", json={**PC, "machine_id": "machine-2"})
    assert problem(response) == (409, "login:mac-taken")


async def test_a_keep_alive_answers_when_to_be_heard_next(
    admin: httpx.AsyncClient, clock: FakeClock
) -> None:
    """The server's time, and an interval with jitter."""
    pc = await registered(admin)
    response = await admin.put("/v1/pcs/00-1B-21-00-00-01/keep-alive", headers=pc.headers)
    body = response.json()
    assert response.status_code == 200
    assert datetime.fromisoformat(body["server_time"]) == clock.now()
    assert 54 <= body["next_in_s"] <= 66


async def test_a_clean_shutdown_answers_204(admin: httpx.AsyncClient) -> None:
    """Saying goodbye is idempotent and makes the PC offline."""
    pc = await registered(admin)
    for _ in range(2):
        response = await admin.post("/v1/pcs/001b21000001/offline", headers=pc.headers)
        assert (response.status_code, response.content) == (204, b"")
    body = (await admin.get(f"/v1/pcs/{pc.id}")).json()
    assert (body["status"], body["status_reason"]) == ("offline", "client")


async def test_a_removed_pc_answers_410_until_it_is_restored(admin: httpx.AsyncClient) -> None:
    """Removing is idempotent; the PC is turned away until an administrator restores it."""
    pc = await registered(admin)
    assert [(await admin.delete(f"/v1/pcs/{pc.id}")).status_code for _ in range(2)] == [204, 204]
    gone = (410, "login:pc-removed")
    keep_alive = "/v1/pcs/001b21000001/keep-alive"
    assert problem(await admin.put(keep_alive, headers=pc.headers)) == gone
    assert problem(await admin.post("/v1/pcs/001b21000001/offline", headers=pc.headers)) == gone
    assert problem(await admin.post("/v1/pcs", json=PC)) == gone
    assert problem(await admin.get(f"/v1/pcs/{pc.id}")) == gone
    restored = await admin.post(f"/v1/pcs/{pc.id}/restore")
    assert (restored.status_code, restored.json()["status"]) == (200, "offline")
    assert (await admin.put(keep_alive, headers=pc.headers)).status_code == 200


@on_every_database
async def test_a_mac_address_that_has_passed_on_cannot_be_restored(
    admin: httpx.AsyncClient,
) -> None:
    """409: another PC has it by now."""
    pc = await registered(admin)
    await admin.delete(f"/v1/pcs/{pc.id}")
    await admin.post("/v1/pcs", json={**PC, "machine_id": "machine-2"})
    response = await admin.post(f"/v1/pcs/{pc.id}/restore")
    assert problem(response) == (409, "login:mac-taken")


@in_turn("request_line", ["GET /v1/pcs/9", "DELETE /v1/pcs/9", "POST /v1/pcs/9/restore"])
async def test_an_unknown_id_answers_404(admin: httpx.AsyncClient, request_line: str) -> None:
    """No PC has this id."""
    response = await admin.request(*request_line.split())
    assert problem(response) == (404, "login:pc-not-found")


@on_every_database
async def test_the_list_is_read_page_by_page(admin: httpx.AsyncClient) -> None:
    """Each page names the next; the last one names none."""
    for number in range(1, 6):
        await registered(admin, mac=f"00:1b:21:00:00:0{number}")
    seen, cursor = [], None
    while True:
        query: dict[str, str | int] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        body = (await admin.get("/v1/pcs", params=query)).json()
        seen.append([pc["mac"][-1] for pc in body["items"]])
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert seen == [["1", "2"], ["3", "4"], ["5"]]


async def test_the_list_can_be_narrowed_by_status(admin: httpx.AsyncClient) -> None:
    """Only PCs that are offline, say."""
    pc = await registered(admin)
    await admin.post("/v1/pcs/001b21000001/offline", headers=pc.headers)
    counts = [
        len((await admin.get("/v1/pcs", params={"status": status})).json()["items"])
        for status in ("offline", "online")
    ]
    assert counts == [1, 0]


async def test_case_17_every_written_form_is_the_same_pc(admin: httpx.AsyncClient) -> None:
    """Dashes and Cisco dots reach the PC that was registered with colons."""
    pc = await registered(admin, mac="aa:bb:cc:dd:ee:ff")
    for form in ("AA-BB-CC-DD-EE-FF", "aabb.ccdd.eeff", "AABBCCDDEEFF", "aa:bb:cc:dd:ee:ff"):
        answer = await admin.put(f"/v1/pcs/{form}/keep-alive", headers=pc.headers)
        assert answer.status_code == 200


@in_turn("mac", ["zz:zz:zz:zz:zz:zz", "01:00:5e:00:00:01", "ff-ff-ff-ff-ff-ff"])
async def test_case_17_what_is_no_mac_address_answers_422(
    admin: httpx.AsyncClient, mac: str
) -> None:
    """In a path as in a body, and the answer does not repeat it."""
    for response in (
        await admin.put(f"/v1/pcs/{mac}/keep-alive"),
        await admin.post("/v1/pcs", json={**PC, "mac": mac}),
    ):
        assert problem(response) == (422, "about:blank")
        assert mac not in response.text


@on_every_database
async def test_a_busy_store_answers_503_and_when_to_come_back(
    database_url: str, database: Database, mint: TokenMint, clock: FakeClock
) -> None:
    """While another process keeps the database locked, clients are told to try again."""
    settings = {"Database": {"Url": database_url, "BusyTimeoutInSeconds": 0.05}}
    builder = build_host_builder(settings_files=[], settings=settings, clock=clock)
    host = builder.add_provider(trust(mint, clock)).build()
    transport = httpx.ASGITransport(create_api(host.container))
    headers = mint.headers("client:labs", "pcs:enroll")
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        pc = Speaker(await client.post("/v1/pcs", json=PC, headers=headers))
        async with database.writing() as session:
            await session.execute(text("UPDATE pcs SET version = version"))
            response = await client.put("/v1/pcs/001b21000001/keep-alive", headers=pc.headers)
        assert problem(response) == (503, "about:blank")
        assert int(response.headers["retry-after"]) > 0
        response = await client.put("/v1/pcs/001b21000001/keep-alive", headers=pc.headers)
        assert response.status_code == 200
    await host.container.close()
