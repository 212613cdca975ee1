"""People, as the Login service knows them."""

import logging
from http import HTTPStatus
from typing import Final

import httpx
from pydantic import ValidationError

from admin_provisioning.domain.login_api import LoginBrokeError, LoginUnavailableError
from admin_provisioning.login_api.access import TokenAnswer
from admin_provisioning.login_api.sending import send
from servicekit.tokens import InvalidTokenError, KeysUnavailableError, Principal, TokenVerifier

SIGN_IN_PATH: Final = "/v1/login"
SIGN_OUT_PATH: Final = "/v1/logout"

_WRONG: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY})
"""A name and a password that do not fit, or that cannot even be a name and a password."""

_log = logging.getLogger(__name__)


class People:
    """Finds out who somebody is, and leaves no session behind.

    Args:
        http: carries the Login service's address as its `base_url`.
        verifier: tells whether what it answers is good.
    """

    def __init__(self, http: httpx.AsyncClient, verifier: TokenVerifier) -> None:
        self._http = http
        self._verifier = verifier

    async def identify(self, name: str, password: str) -> Principal | None:
        """Return who has this name and this password; `None` if nobody has.

        Raises:
            LoginUnavailableError: it cannot be told now.
        """
        body = {"username": name, "password": password}
        try:
            response = await send(self._http, "POST", SIGN_IN_PATH, json=body)
        except LoginBrokeError as error:
            raise LoginUnavailableError(str(error)) from error
        if response.status_code in _WRONG:
            return None
        token = _read(response)
        try:
            return await self._verify(token)
        finally:
            await self._sign_out(token)

    async def _verify(self, token: str) -> Principal:
        try:
            return await self._verifier.verify(token)
        except InvalidTokenError as error:
            raise LoginUnavailableError(
                f"{error}, though the Login service has just issued it; Tokens:Issuer and "
                "Tokens:Audience must be the same in both services, and so must the time"
            ) from error
        except KeysUnavailableError as error:
            raise LoginUnavailableError(str(error)) from error

    async def _sign_out(self, token: str) -> None:
        try:
            response = await send(self._http, "POST", SIGN_OUT_PATH, token=token)
        except (LoginBrokeError, LoginUnavailableError) as error:
            _log.warning("a session at the Login service was not ended: %s", error)
            return
        if not response.is_success:
            fields = {"status": response.status_code}
            _log.warning("the Login service did not end a session", extra=fields)


def _read(response: httpx.Response) -> str:
    try:
        return TokenAnswer.model_validate_json(response.content).access_token
    except ValidationError:
        # Without its cause, which quotes the answer, and with it the token.
        raise LoginUnavailableError(
            "something else than a Login service answers at Login:Url"
        ) from None
