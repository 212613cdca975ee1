"""What is answered where a sign-in or a token is refused."""

from http import HTTPStatus
from typing import Final

from fastapi import FastAPI

from login.domain.accounts.errors import (
    AccountError,
    BadPasswordError,
    InvalidClientError,
    InvalidGrantError,
    SignInRefusedError,
    UnknownPcError,
)
from servicekit.problems import refuse

LIMITED: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
BODY: Final = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)

_UNAUTHORIZED: Final[tuple[tuple[type[AccountError], str], ...]] = (
    (SignInRefusedError, "sign_in_refused"),
    (InvalidGrantError, "invalid_grant"),
    (InvalidClientError, "invalid_client"),
)
_UNPROCESSABLE: Final[tuple[tuple[type[AccountError], str], ...]] = (
    (UnknownPcError, "unknown_pc"),
    (BadPasswordError, "bad_password"),
)


def declare_refusals(app: FastAPI) -> None:
    """Answer the errors of accounts with problem details; 401 says what is asked for."""
    for error, name in _UNAUTHORIZED:
        headers = {"WWW-Authenticate": f'Bearer error="{name}"'}
        refuse(app, error, HTTPStatus.UNAUTHORIZED, f"login:{name}", headers)
    for error, name in _UNPROCESSABLE:
        refuse(app, error, HTTPStatus.UNPROCESSABLE_ENTITY, f"login:{name}")
