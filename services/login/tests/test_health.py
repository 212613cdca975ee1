"""The service says how it is."""

import httpx

from servicekit.testing import TokenMint
from servicekit.testing.fixtures import on_any_database

pytestmark = on_any_database


async def test_operators_are_shown_every_job(client: httpx.AsyncClient, mint: TokenMint) -> None:
    """By name; a service that has not started is alive, and not ready."""
    answer = await client.get("/health/jobs", headers=mint.headers("user:7", "jobs:operate"))
    assert (answer.status_code, answer.json()["ready"]) == (200, False)
    assert set(answer.json()["jobs"]) == {
        "PcKeepAliveJob",
        "PcDeleteJob",
        "TokenCleanupJob",
        "HistoryCleanupJob",
    }
    assert (await client.get("/health/live")).status_code == 200
    assert (await client.get("/health/ready")).status_code == 503


async def test_others_are_not(client: httpx.AsyncClient, mint: TokenMint) -> None:
    """It takes the scope of those who operate jobs."""
    other = mint.headers("user:7", "pcs:read", "pcs:write")
    assert (await client.get("/health/jobs", headers=other)).status_code == 403
    assert (await client.get("/health/jobs")).status_code == 401
