"""The page of jobs while the database is away."""

import httpx

from servicekit.testing import PageVisit
from servicekit.testing.fixtures import Outage, on_any_database

pytestmark = on_any_database


async def test_without_accounts_nobody_can_be_told_apart(
    client: httpx.AsyncClient, away: Outage
) -> None:
    """503: it is not said that the password is wrong, for nobody knows."""
    visit = PageVisit(client)
    with away():
        answer = await visit.sign_in("ada", "x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "Try again" in answer.text
    assert (await visit.sign_in("ada", "x")).status_code == 401
