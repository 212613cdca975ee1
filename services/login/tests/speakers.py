"""PCs over HTTP: registered, and speaking for themselves."""

import httpx

PC = {"mac": "00:1B:21:00:00:01", "hostname": "lab-01", "machine_id": "machine-1"}
OTHER = {"mac": "00:1B:21:00:00:02", "hostname": "lab-02", "machine_id": "machine-2"}
PROBLEM = "application/problem+json"


class Speaker:
    """A PC that has registered, as the endpoints know it."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code in {200, 201}
        body = answer.json()
        self.id = int(body["id"])
        self.mac = str(body["mac"])
        self.secret = str(body["credential"])

    @property
    def headers(self) -> dict[str, str]:
        """What it presents."""
        return {"Authorization": f"Bearer {self.secret}"}


async def registered(admin: httpx.AsyncClient, **differently: str) -> Speaker:
    """Register a PC on an administrator's word."""
    return Speaker(await admin.post("/v1/pcs", json={**PC, **differently}))


def problem(response: httpx.Response) -> tuple[int, str]:
    """Return status and type of a refusal, which has the one shape all refusals have."""
    body = response.json()
    assert response.headers["content-type"] == PROBLEM
    assert body["status"] == response.status_code
    return response.status_code, body["type"].removeprefix("urn:problem-type:")
