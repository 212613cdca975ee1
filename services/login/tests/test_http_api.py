"""The API as a whole: its document, and what it says when it breaks."""

import httpx

from login.http.api import create_api
from loopjobs import Host

from .fleet import Fleet


async def test_every_operation_declares_its_answers(client: httpx.AsyncClient) -> None:
    """Each answer of each operation is in the OpenAPI document, refusals as problem details."""
    document = (await client.get("/openapi.json")).json()
    declared = {
        f"{method.upper()} {path}": sorted(operation["responses"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert declared == {
        "POST /v1/pcs": ["200", "201", "409", "410", "413", "415", "422", "500", "503"],
        "GET /v1/pcs": ["200", "422", "500", "503"],
        "GET /v1/pcs/{pc_id}": ["200", "404", "410", "422", "500", "503"],
        "DELETE /v1/pcs/{pc_id}": ["204", "404", "422", "500", "503"],
        "POST /v1/pcs/{pc_id}/restore": ["200", "404", "409", "422", "500", "503"],
        "PUT /v1/pcs/{mac}/keep-alive": ["200", "404", "410", "422", "500", "503"],
        "POST /v1/pcs/{mac}/offline": ["204", "404", "410", "422", "500", "503"],
        "GET /v1/jobs/pc-delete": ["200", "401", "403", "422", "500", "503"],
        "POST /v1/jobs/pc-delete/acknowledge": ["200", "401", "403", "422", "500", "503"],
    }


async def test_every_reference_in_the_document_leads_somewhere(host: Host) -> None:
    """No schema is missing or left over; FastAPI's own error schemas are gone."""
    api = create_api(host.container)
    document = api.openapi()
    assert api.openapi() is document
    schemas = document["components"]["schemas"]
    references = {
        part.split('"')[0] for part in str(document).replace("'", '"').split("schemas/")[1:]
    }
    assert set(schemas) == references
    assert "HTTPValidationError" not in schemas


async def test_a_failure_of_ours_tells_nothing_about_us(
    client: httpx.AsyncClient, fleet: Fleet
) -> None:
    """500 as problem details, without a word about the cause."""
    await fleet.add(0)
    await fleet.ignore_constraint("ck_pcs_status_reason")
    await fleet.execute("UPDATE pcs SET status_reason = 'boredom'")
    response = await client.get("/v1/pcs/1")
    assert response.status_code == 500
    assert response.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
    }
