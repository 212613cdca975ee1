"""The API as a whole: its document, and what it says when it breaks."""

import httpx

from login.http.api import create_api
from loopjobs import Host
from servicekit.testing.fixtures import on_any_database

from .fleet import Fleet

pytestmark = on_any_database

SIGN_IN = ("401", "413", "415", "422", "429", "500", "503")


def _guarded(*answers: str) -> list[str]:
    return sorted([*answers, "401", "403", "422", "500", "503"])


async def test_every_operation_declares_its_answers(client: httpx.AsyncClient) -> None:
    """Each answer of each operation is in the OpenAPI document, refusals as problem details."""
    document = (await client.get("/openapi.json")).json()
    declared = {
        f"{method.upper()} {path}": sorted(operation["responses"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert {path: sorted(statuses) for path, statuses in declared.items()} == {
        "POST /v1/pcs": _guarded("200", "201", "409", "410", "413", "415"),
        "GET /v1/pcs": _guarded("200"),
        "GET /v1/pcs/{pc_id}": _guarded("200", "404", "410"),
        "DELETE /v1/pcs/{pc_id}": _guarded("204", "404"),
        "POST /v1/pcs/{pc_id}/restore": _guarded("200", "404", "409"),
        "PUT /v1/pcs/{mac}/keep-alive": _guarded("200", "404", "410", "429"),
        "POST /v1/pcs/{mac}/offline": _guarded("204", "404", "410"),
        "GET /v1/pcs/by-mac/{mac}": _guarded("200", "404", "410"),
        "PUT /v1/pcs/by-mac/{mac}": _guarded("200", "201", "413", "415"),
        "PATCH /v1/pcs/by-mac/{mac}": _guarded("200", "404", "410", "413", "415"),
        "DELETE /v1/pcs/by-mac/{mac}": _guarded("204", "404"),
        "GET /v1/jobs/pc-delete": _guarded("200"),
        "POST /v1/jobs/pc-delete/acknowledge": _guarded("200"),
        **{f"POST {path}": ["200", *SIGN_IN] for path in ("/v1/login", "/v1/token")},
        "POST /v1/oauth/token": ["200", "400", *SIGN_IN],
        "POST /v1/token/refresh": ["200", *SIGN_IN],
        "POST /v1/token/revoke": ["200", "413", "415", "422", "429", "500", "503"],
        "POST /v1/token/introspect": ["200", "401", "403", *SIGN_IN[1:]],
        "POST /v1/password/reset": ["204", *SIGN_IN],
        "POST /v1/logout": ["204", "401", "403", "422", "500", "503"],
        "GET /.well-known/jwks.json": ["200", "422", "500"],
        "GET /health/live": ["200", "422", "500", "503"],
        "GET /health/ready": ["200", "422", "500", "503"],
        "GET /health/jobs": _guarded("200"),
        "GET /metrics": _guarded("200", "404"),
    }


async def test_every_operation_says_what_to_present(client: httpx.AsyncClient) -> None:
    """PCs speak for themselves with their credential; all else takes an access token."""
    document = (await client.get("/openapi.json")).json()
    needed = {
        f"{method.upper()} {path}": [name for each in operation["security"] for name in each]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "/pcs" in path
    }
    speaking = {"PUT /v1/pcs/{mac}/keep-alive", "POST /v1/pcs/{mac}/offline"}
    assert needed == {
        operation: ["PcCredential" if operation in speaking else "AccessToken"]
        for operation in needed
    }
    schemes = document["components"]["securitySchemes"]
    assert (schemes["PcCredential"]["type"], schemes["PcCredential"]["scheme"]) == (
        "http",
        "bearer",
    )


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
    admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """500 as problem details, without a word about the cause."""
    await fleet.add(0)
    await fleet.ignore_constraint("ck_pcs_status_reason")
    await fleet.execute("UPDATE pcs SET status_reason = 'boredom'")
    response = await admin.get("/v1/pcs/1")
    assert response.status_code == 500
    assert response.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
    }
