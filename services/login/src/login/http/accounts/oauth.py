"""The token endpoint for programs that know OAuth 2 and nothing of us: Prometheus, say."""

import base64
import binascii
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Request

from login.credentials.access_tokens import AccessTokenIssuer
from login.credentials.clients import Clients
from login.domain.accounts.errors import InvalidClientError
from login.http.accounts.limits import AccountLimits
from login.http.accounts.messages import ClientTokenAnswer
from login.http.accounts.refusals import BODY, LIMITED
from loopjobs import Clock
from servicekit.problems import ProblemError, answers
from servicekit.requests import Upload

_PATH: Final = "/v1/oauth/token"
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_BYTES: Final = 8_192
_MOST_FIELDS: Final = 20
_BASIC: Final = "basic"
_TEXT: Final = {"type": "string"}

FORM: Final = Upload("POST", _PATH, _MOST_BYTES, frozenset({_FORM}))
"""What the guard of requests lets through here."""

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"const": "client_credentials"},
                        "client_id": _TEXT,
                        "client_secret": _TEXT,
                        "scope": _TEXT,
                    },
                }
            }
        },
    }
}


class _Identity(NamedTuple):
    client_id: str
    secret: str


def create_oauth_router() -> APIRouter:
    """Create the route."""
    router = APIRouter(tags=["Tokens"], route_class=DishkaRoute)
    refusals = answers(HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, *LIMITED, *BODY)
    router.add_api_route(
        _PATH, grant, methods=["POST"], responses=refusals, openapi_extra=dict(_BODY)
    )
    return router


async def grant(
    request: Request,
    limits: FromDishka[AccountLimits],
    clients: FromDishka[Clients],
    issuer: FromDishka[AccessTokenIssuer],
    clock: FromDishka[Clock],
) -> ClientTokenAnswer:
    """Hand an access token to a service, by OAuth 2 client credentials (RFC 6749, section 4.4).

    The client identifies itself by HTTP Basic, or in the form. A `scope` in the form changes
    nothing: the answer says what the token is good for.
    """
    limits.admit_token(request)
    form = _read_form(await request.body())
    if form.get("grant_type") != "client_credentials":
        raise _bad("grant_type must be client_credentials")
    client = _identity(request.headers.get("authorization", ""), form)
    scopes = clients.authenticate(client.client_id, client.secret)
    token = await issuer.issue_for_client(client.client_id, scopes, clock.now())
    return ClientTokenAnswer.of(token)


def _read_form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise _bad("the form cannot be read") from error
    form = dict(fields)
    if len(form) != len(fields):
        raise _bad("a field of the form is given twice")
    return form


def _identity(authorization: str, form: dict[str, str]) -> _Identity:
    scheme, _, encoded = authorization.partition(" ")
    if not authorization:
        return _Identity(form.get("client_id", ""), form.get("client_secret", ""))
    if scheme.casefold() != _BASIC:
        raise InvalidClientError
    try:
        plain = base64.b64decode(encoded.strip(), validate=True).decode()
        client_id, _, secret = plain.partition(":")
        return _Identity(
            unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
        )
    except (binascii.Error, UnicodeError) as error:
        raise InvalidClientError from error


def _bad(what: str) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, what)
