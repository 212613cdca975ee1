"""Sending lists: what becomes of them, and what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from loopjobs.testing import FakeClock
from servicekit.testing import TokenMint
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database, on_every_database

from .desk import CSV, ME, PATH, READ, WRITE, Desk

pytestmark = on_any_database

ROWS: list[dict[str, object]] = [
    {"mac": "00-1B-21-00-00-01", "hostname": "lab-01", "pinned": True},
    {"mac": "001b.2100.0002", "hostname": "lab-02", "machine_id": "{4C}"},
]


@on_every_database
async def test_a_list_becomes_a_job_that_waits_for_a_worker(desk: Desk) -> None:
    """202, where the job is, how the file was understood, and the bad row failed already."""
    response = await desk.send(CSV.replace("mac,hostname", "MAC address,Computer,,Room"))
    body = response.json()
    assert (response.status_code, response.headers["location"]) == (202, f"{PATH}/{body['id']}")
    shown = {key: body[key] for key in ("kind", "state", "owner_id", "total_count", "ok_count")}
    assert shown == {
        "kind": "pc_import",
        "state": "queued",
        "owner_id": ME,
        "total_count": 3,
        "ok_count": 0,
    }
    assert (body["failed_count"], body["pending_count"]) == (1, 2)
    assert (body["encoding"], body["delimiter"], body["ignored_columns"]) == (
        "utf-8",
        ",",
        ["Room"],
    )


async def test_the_rows_of_a_list_are_shown(desk: Desk) -> None:
    """Good ones wait as they will be done, bad ones tell what is wrong with what was sent."""
    path = await desk.sent()
    items = (await desk.ask(f"GET {path}/items")).json()["items"]
    assert [(item["row_no"], item["state"], item["values"]) for item in items] == [
        (2, "pending", {"mac": "00:1b:21:00:00:01", "hostname": "lab-01"}),
        (3, "pending", {"mac": "00:1b:21:00:00:02", "hostname": "lab-02"}),
        (4, "failed", {"mac": "nonsense", "hostname": "lab-03"}),
    ]
    assert items[2]["error_code"] == "invalid_row"
    assert items[2]["error"].startswith("mac: a MAC address has twelve hexadecimal digits")


async def test_a_list_as_json_becomes_a_job_like_any_other(desk: Desk) -> None:
    """Values keep their types; rows are counted from 1."""
    response = await desk.send_json({"kind": "pc_import", "rows": ROWS})
    assert response.status_code == 202
    items = (await desk.ask(f"GET {response.headers['location']}/items")).json()["items"]
    assert [(item["row_no"], item["values"]) for item in items] == [
        (1, {"mac": "00:1b:21:00:00:01", "hostname": "lab-01", "pinned": True}),
        (2, {"mac": "00:1b:21:00:00:02", "hostname": "lab-02", "machine_id": "{4C}"}),
    ]


async def test_the_list_is_kept_as_it_came(desk: Desk, directory: Path) -> None:
    """Byte for byte, under a name that its job knows, and it can be had back."""
    path = await desk.sent()
    assert (directory / f"{path.rpartition('/')[2]}.csv").read_bytes() == CSV.encode()
    assert (await desk.ask(f"GET {path}/file")).content == CSV.encode()


@on_every_database
async def test_a_large_list_is_stored_whole(desk: Desk) -> None:
    """More rows than one transaction takes."""
    rows = "".join(f"001b21{number:06x},pc-{number}\n" for number in range(1_000))
    path = await desk.sent("mac,hostname\n" + rows)
    assert (await desk.ask(f"GET {path}")).json()["pending_count"] == 1_000
    assert await desk.count(BulkJobItemRow) == 1_000


@on_every_database
async def test_the_same_request_again_is_the_same_job(desk: Desk) -> None:
    """As many times as a client that got no answer cares to try."""
    answers = [await desk.send(key="k-1") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await desk.count(BulkJobRow) == 1
    assert await desk.count(BulkJobItemRow) == 3


@on_every_database
async def test_the_same_request_at_once_is_the_same_job(desk: Desk) -> None:
    """Of ten at the same moment one makes the job, the others are given it."""
    answers = await asyncio.gather(*(desk.send(key="k-1") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await desk.count(BulkJobItemRow) == 3


@pytest.mark.parametrize("other", ["content", "kind", "form"])
@on_every_database
async def test_a_key_stands_for_one_request(desk: Desk, other: str) -> None:
    """409 for other content, another kind, or another form, whatever became of the first."""
    first = {"kind": "pc_import", "rows": ROWS}
    assert (await desk.send_json(first, key="k-1")).status_code == 202
    if other == "form":
        response = await desk.send(key="k-1")
    elif other == "kind":
        response = await desk.send_json({**first, "kind": "pc_update"}, key="k-1")
    else:
        response = await desk.send_json({**first, "rows": ROWS[:1]}, key="k-1")
    assert (response.status_code, response.json()["type"]) == (
        409,
        "urn:problem-type:provisioning:idempotency-key-reused",
    )


@on_every_database
async def test_a_key_is_its_owners_own(desk: Desk) -> None:
    """Two people may choose the same key, for different requests."""
    first = await desk.send(key="k-1")
    second = await desk.send("mac,name\n001b21000009,x", key="k-1", who="user:8")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("left", ["the job, being removed", "its archive"])
@on_every_database
async def test_the_key_of_a_removed_job_does_not_run_again(desk: Desk, left: str) -> None:
    """410, from the moment of removal on and after the cleanup as well."""
    path = await desk.sent(key="k-1")
    await desk.finish(path)
    if left == "its archive":
        await desk.archive()
    else:
        assert (await desk.ask(f"DELETE {path}")).status_code == 204
    response = await desk.send(key="k-1")
    assert (response.status_code, response.json()["type"]) == (
        410,
        "urn:problem-type:provisioning:idempotency-key-gone",
    )


@on_every_database
async def test_a_request_that_was_cut_off_is_taken_up_again(desk: Desk, clock: FakeClock) -> None:
    """The process died while it stored rows: the same request, a minute later, stores them anew."""
    path = await desk.sent(key="k-1")
    await desk.change(path, state="created")
    assert (await desk.send(key="k-1")).json()["state"] == "created"
    await clock.advance(60)
    again = await desk.send(key="k-1")
    assert (again.headers["location"], again.json()["state"]) == (path, "queued")
    assert await desk.count(BulkJobItemRow) == 3


@on_every_database
async def test_so_many_jobs_of_one_owner_may_be_unfinished(desk: Desk) -> None:
    """429 with Retry-After beyond that; others are not concerned, and a finished one makes room."""
    answers = await asyncio.gather(*(desk.send() for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202, 202, 202, 429, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["retry-after"]) > 0
    assert (await desk.send(who="user:8")).status_code == 202
    accepted = next(answer for answer in answers if answer.status_code == 202)
    await desk.finish(accepted.headers["location"])
    assert (await desk.send()).status_code == 202


async def test_lists_may_not_come_too_often(desk: Desk, clock: FakeClock) -> None:
    """429 from the thirty-first in a minute on, counted for each owner, good or not."""
    answers = [(await desk.send("")).status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]
    assert (await desk.send("", who="user:8")).status_code == 422
    await clock.advance(60)
    assert (await desk.send("")).status_code == 422


async def test_a_list_without_a_good_row_is_refused_row_by_row(desk: Desk) -> None:
    """422 with the numbers that the spreadsheet shows, the first hundred, and no job."""
    response = await desk.send("mac,hostname\n\n" + "x,y\n" * 150)
    problem = response.json()
    assert (response.status_code, response.headers["content-type"]) == (
        422,
        "application/problem+json",
    )
    assert problem["detail"] == "none of the 150 rows can be worked at"
    assert [error["row"] for error in problem["errors"]] == list(range(3, 103))
    assert await desk.count(BulkJobRow) == 0


@in_turn(
    ("content", "words"),
    [
        ("", "the list is empty"),
        ("mac,hostname\n", "there is no row"),
        ("hostname,room\nlab,1\n", "mac is not among them; pc_import knows mac, hostname,"),
        (b"PK\x03\x04and more", "this is a workbook"),
        (b"mac,hostname\n001b21000001,a\0b", "NUL"),
        ("mac,hostname\n" + ",\n" * 30_000, "rows are empty"),
    ],
)
async def test_what_is_no_list_is_told_why(desk: Desk, content: str | bytes, words: str) -> None:
    """422 that says what to do, and no job."""
    response = await desk.send(content)
    assert response.status_code == 422
    assert words in response.json()["detail"]
    assert await desk.count(BulkJobRow) == 0


async def test_too_many_rows_are_refused(desk: Desk) -> None:
    """413 from one row too many on, as CSV and as JSON."""
    rows = [{"mac": f"001b21{number:06x}", "hostname": "x"} for number in range(1_001)]
    content = "mac,hostname\n" + "".join(f"{row['mac']},x\n" for row in rows)
    as_csv = await desk.send(content)
    as_json = await desk.send_json({"kind": "pc_import", "rows": rows})
    assert (as_csv.status_code, as_json.status_code) == (413, 413)
    assert "1000 rows at the most" in as_csv.json()["detail"]


async def test_too_many_bytes_are_refused(
    desk: Desk, client: httpx.AsyncClient, mint: TokenMint
) -> None:
    """413, announced or not."""
    announced = await desk.send(b"x" * 100_001)

    async def pieces(body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1_000):
            yield body[start : start + 1_000]

    request = client.build_request(
        "POST", PATH, data={"kind": "pc_import"}, files={"file": b"x" * 100_001}
    )
    headers = {**mint.headers(ME, WRITE), "content-type": request.headers["content-type"]}
    streamed = await client.post(PATH, content=pieces(request.read()), headers=headers)
    assert [answer.status_code for answer in (announced, streamed)] == [413, 413]
    assert streamed.headers["content-type"] == "application/problem+json"


@in_turn(
    ("media_type", "content", "status"),
    [
        ("text/csv", b"mac", 415),
        ("", b"mac", 415),
        ("application/json", b"", 422),
        ("application/json", b"{", 422),
        ("application/json", b'{"kind": "pc_import", "kind": "pc_import", "rows": []}', 422),
        ("application/json", b'{"kind": "pc_import", "rows": [{"mac": "a\\u0000"}]}', 422),
        ("multipart/form-data", b"mac", 422),
        ("multipart/form-data; boundary=x", b"mac", 422),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--", 422),
    ],
)
async def test_what_is_no_such_request_is_refused(
    client: httpx.AsyncClient, mint: TokenMint, media_type: str, content: bytes, status: int
) -> None:
    """As problem details, whatever it is."""
    headers = {**mint.headers(ME, WRITE), "content-type": media_type}
    response = await client.post(PATH, content=content, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@in_turn(
    ("data", "files", "places"),
    [
        ({}, {"file": b"mac"}, {"#/kind"}),
        ({"kind": "pc_destroy"}, {"file": b"mac"}, {"#/kind"}),
        ({"kind": "pc_import", "file": "mac"}, {}, None),
        ({"kind": "pc_import"}, {"list": b"mac"}, {"#/file"}),
        ({"kind": "pc_import", "more": "x"}, {"file": b"mac"}, None),
        ({"kind": "pc_import"}, {"file": b"mac", "other": b"mac"}, None),
    ],
)
async def test_a_form_that_breaks_rules_is_told_where(
    client: httpx.AsyncClient,
    mint: TokenMint,
    data: dict[str, str],
    files: dict[str, bytes],
    places: set[str] | None,
) -> None:
    """A form has a field `kind` and a file `file`, and nothing else."""
    response = await client.post(
        PATH, data=data, files=files or None, headers=mint.headers(ME, WRITE)
    )
    if not files:
        assert response.status_code == 415
        return
    problem = response.json()
    assert response.status_code == 422
    assert {error["pointer"] for error in problem.get("errors", [])} == (places or set())


@in_turn(
    ("body", "places"),
    [
        ({"rows": ROWS}, {"#/kind"}),
        ({"kind": "pc_import", "rows": []}, {"#/rows"}),
        ({"kind": "pc_import", "rows": ROWS, "x": 1}, {"#/x"}),
        ({"kind": "pc_import", "rows": [{"hostname": "x"}]}, {"#/rows/0/mac"}),
        ({"kind": "pc_import", "rows": [{**ROWS[0], "pinned": "true"}]}, {"#/rows/0/pinned"}),
        ({"kind": "pc_import", "rows": [{**ROWS[0], "hostname": 5}]}, {"#/rows/0/hostname"}),
        ({"kind": "pc_import", "rows": [*ROWS, {**ROWS[0], "room": "1"}]}, {"#/rows/2/room"}),
    ],
)
async def test_json_of_another_shape_is_told_where(
    desk: Desk, body: object, places: set[str]
) -> None:
    """Programs are held to the letter: types, and no unknown names."""
    response = await desk.send_json(body)
    assert response.status_code == 422
    assert {error["pointer"] for error in response.json()["errors"]} == places


async def test_json_of_another_shape_is_told_at_a_hundred_places(desk: Desk) -> None:
    """An answer is not as large as the mistake."""
    response = await desk.send_json({"kind": "pc_import", "rows": [{"mac": 1}] * 300})
    assert len(response.json()["errors"]) == 100
    assert len(json.dumps(response.json())) < 20_000


async def test_rows_that_are_too_many_are_counted_before_they_are_checked(desk: Desk) -> None:
    """All that is wrong with millions of rows would not fit into memory."""
    response = await desk.send_json({"kind": "pc_import", "rows": [{}] * 10_001})
    assert response.status_code == 413


async def test_a_row_with_very_many_names_is_not_looked_into(desk: Desk) -> None:
    """Each of them would be told to be unknown."""
    row = dict.fromkeys(map(str, range(101)), "x")
    response = await desk.send_json({"kind": "pc_import", "rows": [row]})
    assert (response.status_code, response.json()["detail"]) == (
        422,
        "an object has more than 100 keys",
    )


@in_turn("charset", ["idna", "punycode", "undefined", "zlib", "none-such"])
async def test_a_form_in_a_strange_character_set_is_no_fault_of_ours(
    client: httpx.AsyncClient, mint: TokenMint, charset: str
) -> None:
    """The client names it, and some decoders fail in their own way."""
    kind = b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nxn--a..b-!\r\n--x--\r\n'
    headers = mint.headers(ME, WRITE)
    headers["Content-Type"] = f"multipart/form-data; boundary=x; charset={charset}"
    response = await client.post(PATH, content=kind, headers=headers)
    assert response.status_code == 422


@in_turn("key", ["", "x" * 129, "with blank", "ä"])
async def test_a_key_that_is_none_is_refused(
    client: httpx.AsyncClient, mint: TokenMint, key: str
) -> None:
    """Up to 128 visible ASCII letters."""
    authorization = mint.headers(ME, WRITE)["Authorization"]
    headers = [(b"Authorization", authorization.encode()), (b"Idempotency-Key", key.encode())]
    response = await client.post(PATH, files={"file": b"mac"}, headers=headers)
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "Idempotency-Key"


@in_turn(("scopes", "status"), [((), 403), ((READ,), 403), (("pcs:write",), 403), ((WRITE,), 202)])
async def test_sending_lists_needs_a_scope(
    desk: Desk, scopes: tuple[str, ...], status: int
) -> None:
    """Who may only look may not send."""
    assert (await desk.send(scopes=scopes)).status_code == status


async def test_nothing_is_answered_without_a_token(client: httpx.AsyncClient) -> None:
    """401 on every path, before anything is read."""
    answers = [
        await client.post(PATH, json={}),
        await client.get(PATH),
        await client.get(f"{PATH}/0193b5b0-0000-7000-8000-000000000000/items"),
    ]
    assert {answer.status_code for answer in answers} == {401}
