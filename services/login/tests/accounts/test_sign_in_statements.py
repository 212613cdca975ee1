"""What a sign-in costs the database."""

import httpx
import pytest

from loopjobs import Host
from servicekit.database import Database
from servicekit.testing import round_trips
from servicekit.testing.fixtures import on_postgresql

from ..statements import statements  # noqa: TID252 - tests are not a package that has a name
from .people import PASSWORD, People, sign_in

WRONG = "not the password"


@pytest.fixture
async def of_service(host: Host) -> Database:
    """The database as the service itself has it."""
    return await host.container.get(Database)


async def test_a_sign_in_is_four_statements(
    client: httpx.AsyncClient, people: People, of_service: Database
) -> None:
    """One looks; one confirms the account, one begins the session, one gives it its token."""
    await people.add("ada")
    with statements(of_service) as seen:
        assert (await sign_in(client)).status_code == 200
    assert [each.split()[0] for each in seen] == ["SELECT", "UPDATE", "INSERT", "INSERT"]


@on_postgresql
@pytest.mark.parametrize(("password", "writes"), [(PASSWORD, 3), (WRONG, 1)])
async def test_a_sign_in_is_two_short_transactions(
    client: httpx.AsyncClient, people: People, of_service: Database, password: str, writes: int
) -> None:
    """Each has one round trip at its begin, one a statement, and one at its end.

    None is open while the password is verified.
    """
    await people.add("ada")
    with round_trips(of_service) as asked:
        await sign_in(client, password=password)
    words = [each.split()[0] for each in asked]
    read, write = words[:3], words[3:]
    assert read == ["BEGIN", "SELECT", "ROLLBACK"]
    assert (write[0], len(write), write[-1]) == ("BEGIN", writes + 2, "COMMIT")
