"""What is refused, how, and that nothing of it comes back."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database

pytestmark = on_any_database

SECRET = "hunter2-and-more"
PC = {"mac": "00:1b:21:00:00:01", "hostname": "lab-01"}
JSON = {"content-type": "application/json"}


def errors(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()["errors"]
    return {error.get("pointer") or error["parameter"]: error["detail"] for error in found}


@in_turn(
    ("body", "where"),
    [
        ({"hostname": "lab-01"}, {"#/mac"}),
        ({**PC, "mac": 5}, {"#/mac"}),
        ({**PC, "hostname": ""}, {"#/hostname"}),
        ({**PC, "hostname": SECRET * 100}, {"#/hostname"}),
        ({**PC, "hostname": {"deep": SECRET}}, {"#/hostname"}),
        ({**PC, "machine_id": ""}, {"#/machine_id"}),
        ({**PC, "password": SECRET}, {"#/password"}),
        ({**PC, f"{SECRET} as a key": 1}, {"#/…"}),
        ([SECRET], {"#"}),
    ],
)
async def test_a_body_that_breaks_rules_is_told_where(
    admin: httpx.AsyncClient, body: object, where: set[str]
) -> None:
    """Every broken rule with its place, and nothing of what was sent."""
    response = await admin.post("/v1/pcs", json=body)
    assert set(errors(response)) == where
    assert SECRET not in response.text


@in_turn(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("status=asleep", "status"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=OTIyMzM3MjAzNjg1NDc3NTgwOA==", "cursor"),
        ("order=mac", "order"),
    ],
)
async def test_a_query_that_breaks_rules_is_told_where(
    admin: httpx.AsyncClient, query: str, parameter: str
) -> None:
    """Unknown parameters are refused like wrong ones."""
    assert set(errors(await admin.get(f"/v1/pcs?{query}"))) == {parameter}


@in_turn("pc_id", ["0", "-1", "x", str(2**63), "1.5"])
async def test_an_id_that_cannot_be_one_answers_422(admin: httpx.AsyncClient, pc_id: str) -> None:
    """No id reaches the database that it could not hold."""
    assert set(errors(await admin.get(f"/v1/pcs/{pc_id}"))) == {"pc_id"}


@in_turn(
    ("content", "detail"),
    [
        (b"{", "the body is not JSON"),
        (b"\xff\xfe", "the body is not UTF-8"),
        (json.dumps(PC).encode("utf-16"), "the body is not UTF-8"),
        (b'{"mac": "a", "mac": "b"}', "a key is given twice in one object"),
        (b'{"hostname": "a\\u0000b"}', "text must not contain NUL"),
        (b'{"hostname": "a\\ud800b"}', "text must not contain half a surrogate pair"),
        (b'{"\\udfff": 1}', "text must not contain half a surrogate pair"),
        (b'{"hostname": 9223372036854775808}', "a number is outside of int64"),
        (b"9" * 5_000, "a number is outside of int64"),
        (b'{"hostname": 1e999}', "a number is too large"),
        (b'{"hostname": NaN}', "NaN and Infinity are not JSON"),
        (json.dumps(dict.fromkeys(range(101))).encode(), "an object has more than 100 keys"),
        (b"[" * 33 + b"]" * 33, "the body is nested more than 32 levels deep"),
        (b"[" * 30_000 + b"]" * 30_000, "the body is nested more than 32 levels deep"),
    ],
)
async def test_json_that_parsers_disagree_about_is_refused(
    admin: httpx.AsyncClient, content: bytes, detail: str
) -> None:
    """422 with the reason, before anything behind it can stumble."""
    response = await admin.post("/v1/pcs", content=content, headers=JSON)
    assert response.status_code == 422
    assert response.json()["detail"] == detail


async def test_clean_unicode_and_numbers_pass_the_guard(admin: httpx.AsyncClient) -> None:
    """A whole surrogate pair is a letter like any other."""
    body = (
        b'{"mac": "001b21000001", "hostname": "B\\u00fcro", "machine_id": "\\ud83d\\ude00",'
        b' "x": [1.5, 2, {}]}'
    )
    response = await admin.post("/v1/pcs", content=body, headers=JSON)
    assert set(errors(response)) == {"#/x"}


@in_turn("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_is_not_json_answers_415(
    admin: httpx.AsyncClient, media_type: str
) -> None:
    """Only JSON is read."""
    headers = {"content-type": media_type} if media_type else {}
    response = await admin.post("/v1/pcs", content=b"mac=1", headers=headers)
    assert (response.status_code, response.json()["title"]) == (415, "Unsupported Media Type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_may_be_announced_in_any_way(admin: httpx.AsyncClient, media_type: str) -> None:
    """Parameters and letter case of a media type do not matter."""
    headers = {"content-type": media_type}
    response = await admin.post("/v1/pcs", content=json.dumps(PC), headers=headers)
    assert response.status_code == 201


async def test_a_body_that_is_too_large_answers_413(admin: httpx.AsyncClient) -> None:
    """64 KiB pass the guard, one byte more does not, whether announced or streamed."""

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield b" " * 1_024

    largest = json.dumps(PC).encode().ljust(64 * 1024)
    passed = await admin.post("/v1/pcs", content=largest, headers=JSON)
    announced = await admin.post("/v1/pcs", content=largest + b" ", headers=JSON)
    streamed = await admin.post("/v1/pcs", content=stream(), headers=JSON)
    absurd = await admin.post("/v1/pcs", content=b"", headers={"content-length": "9" * 5_000})
    answers = [each.status_code for each in (passed, announced, streamed, absurd)]
    assert answers == [201, 413, 413, 413]


async def test_no_body_where_one_is_needed_answers_422(admin: httpx.AsyncClient) -> None:
    """A missing body is a broken rule, not a crash."""
    assert (await admin.post("/v1/pcs")).status_code == 422


@in_turn(
    ("request_line", "status"),
    [("GET /v1/nowhere", 404), ("GET /v1/pcs/", 404), ("PATCH /v1/pcs/1", 405)],
)
async def test_a_wrong_address_or_method_is_a_problem_like_any_other(
    admin: httpx.AsyncClient, request_line: str, status: int
) -> None:
    """404 and 405 come as problem details; 405 says what is allowed."""
    response = await admin.request(*request_line.split())
    assert (response.status_code, response.json()["status"]) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code == 405) is ("allow" in response.headers)
