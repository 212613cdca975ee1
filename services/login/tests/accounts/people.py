"""People with passwords in a real database, and what became of their sessions."""

from collections.abc import Mapping, Sequence
from typing import Final

import httpx
from sqlalchemy import select, update

from login.credentials.options import PasswordOptions
from login.credentials.password_hashes import Argon2Hashes
from login.domain.accounts.scopes import parse_scopes
from login.domain.accounts.user import User
from login.domain.accounts.user_name import UserName
from login.storage.accounts.user_store import SqlUserStore
from login.storage.models import (
    AuditEventRow,
    AuthSessionRow,
    OneTimeTokenRow,
    RefreshTokenRow,
    UserRow,
)
from loopjobs import Clock
from servicekit.database import Database

PASSWORD: Final = "correct horse battery"
NEW_PASSWORD: Final = "staple, but longer"
CLIENT_ID: Final = "provisioning"
CLIENT_SECRET: Final = "a-secret-of-forty-characters-of-chance-1"
PREVIOUS_SECRET: Final = "a-secret-of-forty-characters-of-chance-0"


def quick_hashes(options: PasswordOptions) -> Argon2Hashes:
    """Return hashes that need next to no memory, and no time; else they are as the options say."""
    return Argon2Hashes(options.model_copy(update={"memory_in_kibibytes": 8}))


class People:
    """Adds users and reads what the tables hold about them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.store = SqlUserStore(database)

    async def add(self, name: str = "ada", *scopes: str, password: str = PASSWORD) -> User:
        """Add a user."""
        hashed = await quick_hashes(PasswordOptions()).hash(password)
        allowed = parse_scopes(scopes)
        return await self.store.add(
            UserName.parse(name), hashed, allowed, self._clock.now(), "test:people"
        )

    async def change(self, **values: object) -> None:
        """Change all users."""
        async with self._database.writing() as session:
            await session.execute(update(UserRow).values(values))

    async def user(self) -> UserRow:
        """Return the only user."""
        async with self._database.reading() as session:
            return (await session.scalars(select(UserRow))).one()

    async def sessions(self) -> Sequence[AuthSessionRow]:
        """Return all sessions in order."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(AuthSessionRow).order_by(AuthSessionRow.id))
            return rows.all()

    async def tokens(self) -> Sequence[RefreshTokenRow]:
        """Return all refresh tokens in order."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(RefreshTokenRow).order_by(RefreshTokenRow.id))
            return rows.all()

    async def one_time_tokens(self) -> Sequence[OneTimeTokenRow]:
        """Return all one-time tokens in order."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(OneTimeTokenRow).order_by(OneTimeTokenRow.id))
            return rows.all()

    async def audited(self) -> list[tuple[str, str]]:
        """Return what was audited, and who did it."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(AuditEventRow).order_by(AuditEventRow.id))
            return [(row.action, row.actor) for row in rows]


async def sign_in(
    client: httpx.AsyncClient, name: str = "ada", password: str = PASSWORD, **more: object
) -> httpx.Response:
    """Sign in."""
    body = {"username": name, "password": password, **more}
    return await client.post("/v1/login", json=body)


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    """Exchange a refresh token."""
    return await client.post("/v1/token/refresh", json={"refresh_token": token})


async def signed_in(client: httpx.AsyncClient, **more: object) -> Mapping[str, str]:
    """Sign in, which must work; return the answer."""
    answer = await sign_in(client, **more)  # type: ignore[arg-type] # fields of the body
    assert answer.status_code == 200, answer.text
    body: Mapping[str, str] = answer.json()
    return body


async def refreshed(client: httpx.AsyncClient, token: str) -> Mapping[str, str]:
    """Exchange a refresh token, which must work; return the answer."""
    answer = await refresh(client, token)
    assert answer.status_code == 200, answer.text
    body: Mapping[str, str] = answer.json()
    return body


def bearer(token: str) -> dict[str, str]:
    """Return the headers of a request that carries a token."""
    return {"Authorization": f"Bearer {token}"}


async def client_token(client: httpx.AsyncClient) -> str:
    """Return the access token of a service."""
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answer = await client.post("/v1/token", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
