"""Signs this service in at the Login service."""

import asyncio
from http import HTTPStatus
from typing import Final

import httpx
from pydantic import BaseModel, Field, ValidationError

from admin_provisioning.domain.login_api import LoginBrokeError, LoginUnavailableError
from admin_provisioning.login_api.options import LoginApiOptions
from admin_provisioning.login_api.sending import send
from loopjobs import Clock

TOKEN_PATH: Final = "/v1/token"  # noqa: S105 - a path, no secret
MARGIN_IN_SECONDS: Final = 30.0
"""A token is renewed that long before it ends, or when nine tenths of its life are over."""
_SHARE: Final = 0.1


class TokenAnswer(BaseModel):
    """What the Login service answers to who signs in."""

    access_token: str = Field(min_length=1, repr=False)
    expires_in: float = Field(gt=0, allow_inf_nan=False)
    """Seconds."""


class Access:
    """Holds the access token, and gets a new one ahead of its end.

    Args:
        http: carries the Login service's address as its `base_url`.
        options: as whom to sign in.
        clock: tells when a token ends.
    """

    def __init__(self, http: httpx.AsyncClient, options: LoginApiOptions, clock: Clock) -> None:
        self._http = http
        self._options = options
        self._clock = clock
        self._token: str | None = None
        self._good_until = 0.0
        self._turn = asyncio.Lock()

    async def token(self, refused: str | None = None) -> str:
        """Return a token that is good for a while.

        Args:
            refused: a token that the service did not accept; another one is wanted.

        Raises:
            LoginUnavailableError: there is none to be had now.
        """
        async with self._turn:  # who waits finds the new token there
            token = self._token
            if token is None or token == refused or self._clock.monotonic() >= self._good_until:
                token = await self._sign_in()
            return token

    async def _sign_in(self) -> str:
        asked = self._clock.monotonic()
        body = {
            "client_id": self._options.client_id,
            "client_secret": self._options.client_secret.get_secret_value(),
        }
        try:
            response = await send(self._http, "POST", TOKEN_PATH, json=body)
        except LoginBrokeError as error:
            raise LoginUnavailableError("the Login service fails to issue tokens") from error
        answer = _read(response)
        margin = min(MARGIN_IN_SECONDS, _SHARE * answer.expires_in)
        self._token, self._good_until = answer.access_token, asked + answer.expires_in - margin
        return answer.access_token


def _read(response: httpx.Response) -> TokenAnswer:
    if response.is_client_error:
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise LoginUnavailableError("no Login service answers at Login:Url; check it")
        raise LoginUnavailableError(
            f"the Login service does not let us in (HTTP {response.status_code}); check "
            "Login:ClientId and Login:ClientSecret"
        )
    try:
        return TokenAnswer.model_validate_json(response.content)
    except ValidationError:
        # Without its cause, which quotes the answer, and with it the token.
        raise LoginUnavailableError(
            "something else than a Login service answers at Login:Url"
        ) from None
