"""The access token that lets a client register PCs."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx
from pydantic import BaseModel, Field

from login.client.errors import (
    ClientRefusedError,
    LoginAwayError,
    LoginRefusedError,
    PcUnknownError,
    UnauthorizedError,
)
from login.client.exchange import parse, send
from loopjobs import Clock

_PATH: Final = "/v1/token"
_MARGIN_SHARE: Final = 0.1
"""A token is renewed when this share of its life is left: a request on its way needs some of it."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a client proves with that it is the one it says it is."""

    client_id: str
    secret: str = field(repr=False)


class TokenSource(Protocol):
    """Where access tokens come from."""

    async def get(self) -> str:
        """Return a token that is good, as far as one knows.

        Raises:
            LoginAwayError: Nobody who can give one is there.
            ClientRefusedError: The service gives this client none.
        """
        ...

    def discard(self, token: str) -> None:
        """Hear that this token was refused, and never return it again."""
        ...


class TokenAnswer(BaseModel):
    """What the service answers to good client credentials, as far as a client needs it."""

    access_token: str = Field(min_length=1, repr=False)
    expires_in: float = Field(gt=0, allow_inf_nan=False)
    """Seconds until it ends."""


class AccessTokens:
    """A `TokenSource`: asks the service by client credentials, once for all who need a token.

    Args:
        http: Carries the service's address as its `base_url`.
        credentials: Who asks.
        clock: Tells when a token has to be renewed.
    """

    def __init__(
        self, http: httpx.AsyncClient, credentials: ClientCredentials, clock: Clock
    ) -> None:
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._token: str | None = None
        self._renew_at = 0.0
        self._asking = asyncio.Lock()

    async def get(self) -> str:
        """Return the token; ask for another when the time of this one is nearly over."""
        if self._token is None or self._clock.monotonic() >= self._renew_at:
            # A thousand PCs that come at once wait for the one token.
            async with self._asking:
                if self._token is None or self._clock.monotonic() >= self._renew_at:
                    return await self._ask()
        return self._token

    def discard(self, token: str) -> None:
        """Forget the token, unless it has been renewed meanwhile."""
        if token == self._token:
            self._token = None

    async def _ask(self) -> str:
        asked_at = self._clock.monotonic()
        answer = await self._request()
        self._token = answer.access_token
        self._renew_at = asked_at + answer.expires_in * (1 - _MARGIN_SHARE)
        return self._token

    async def _request(self) -> TokenAnswer:
        body = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.secret,
        }
        try:
            return parse(TokenAnswer, await send(self._http, "POST", _PATH, body=body))
        except PcUnknownError as error:
            raise LoginAwayError("something else than a Login service answers") from error
        except (UnauthorizedError, LoginRefusedError) as error:
            raise ClientRefusedError(str(error)) from error
