"""The API as a whole: its document, and what it says when it breaks."""

import httpx
from fastapi import FastAPI

from loopjobs import Host
from servicekit.testing.fixtures import on_any_database

from .desk import PATH, Desk

pytestmark = on_any_database

GUARDED = ["401", "403", "422", "500", "503"]
NAMED = ["401", "403", "404", "410", "422", "500", "503"]


async def test_every_operation_declares_its_answers(client: httpx.AsyncClient) -> None:
    """Each answer of each operation is in the OpenAPI document, refusals as problem details."""
    document = (await client.get("/openapi.json")).json()
    declared = {
        f"{method.upper()} {path.removeprefix(PATH)}": sorted(operation["responses"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    changed = sorted([*NAMED, "409"])
    assert declared == {
        "POST ": ["202", *sorted([*GUARDED, "409", "410", "413", "415", "429"])],
        "GET ": ["200", *GUARDED],
        "GET /{job_id}": ["200", *NAMED],
        "GET /{job_id}/items": ["200", *NAMED],
        "GET /{job_id}/errors.csv": ["200", *NAMED],
        "GET /{job_id}/file": ["200", *NAMED],
        "POST /{job_id}/cancel": ["202", *changed],
        "POST /{job_id}/retry": ["202", *sorted([*changed, "429"])],
        "POST /{job_id}/hold": ["200", *NAMED],
        "POST /{job_id}/release": ["200", *NAMED],
        "DELETE /{job_id}": ["204", *sorted({*changed} - {"410"})],
        "GET /health/live": ["200", "422", "500", "503"],
        "GET /health/ready": ["200", "422", "500", "503"],
        "GET /health/jobs": ["200", *GUARDED],
        "GET /metrics": sorted(["200", "404", *GUARDED]),
    }


async def test_every_operation_needs_an_access_token(client: httpx.AsyncClient) -> None:
    """As the document says, in the way the document says; only probes have none to show."""
    document = (await client.get("/openapi.json")).json()
    open_to_all = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if operation.get("security") != [{"AccessToken": []}]
    }
    assert open_to_all == {"/health/live", "/health/ready"}
    assert document["components"]["securitySchemes"]["AccessToken"]["scheme"] == "bearer"


async def test_sending_a_list_is_described(client: httpx.AsyncClient) -> None:
    """Both ways of it, the key, and where the job is then."""
    document = (await client.get("/openapi.json")).json()
    submit = document["paths"][PATH]["post"]
    assert sorted(submit["requestBody"]["content"]) == ["application/json", "multipart/form-data"]
    assert [parameter["name"] for parameter in submit["parameters"]] == ["Idempotency-Key"]
    accepted = submit["responses"]["202"]
    assert "Location" in accepted["headers"]
    assert list(accepted["content"]) == ["application/json"]


async def test_downloads_are_described_as_files(client: httpx.AsyncClient) -> None:
    """And as nothing else."""
    document = (await client.get("/openapi.json")).json()
    described = {
        path.rpartition("/")[2]: list(operations["get"]["responses"]["200"]["content"])
        for path, operations in document["paths"].items()
        if path.endswith(("errors.csv", "file"))
    }
    assert described == {"errors.csv": ["text/csv"], "file": ["application/octet-stream"]}


async def test_every_reference_in_the_document_leads_somewhere(host: Host) -> None:
    """No schema is missing or left over; FastAPI's own error schemas are gone."""
    document = (await host.container.get(FastAPI)).openapi()
    references = {
        part.split('"')[0] for part in str(document).replace("'", '"').split("schemas/")[1:]
    }
    assert set(document["components"]["schemas"]) == references


async def test_a_failure_of_ours_tells_nothing_about_us(desk: Desk) -> None:
    """500 as problem details, without a word about the cause."""
    path = await desk.sent()
    await desk.spoil_rows()
    response = await desk.ask(f"GET {path}/items")
    assert response.status_code == 500
    assert response.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
    }
