"""Lets a request through to an endpoint, or not."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Final, TypeAlias

from dishka import AsyncContainer
from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from servicekit.problems import ProblemError
from servicekit.tokens.bearer import bearer_token
from servicekit.tokens.keys import KeysUnavailableError
from servicekit.tokens.principal import Principal
from servicekit.tokens.verifier import InvalidTokenError, TokenVerifier

GUARDED: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""How a guarded operation may refuse, for its `responses=answers(...)`."""

# Declares the scheme in the OpenAPI document; it is the guard that reads the token.
_SCHEME: Final = HTTPBearer(
    bearerFormat="JWT",
    scheme_name="AccessToken",
    description="An access token of the Login service.",
    auto_error=False,
)
_Declared: TypeAlias = Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]

Guard: TypeAlias = Callable[[Request, HTTPAuthorizationCredentials | None], Awaitable[Principal]]


def requires(*scopes: str) -> Guard:
    """Return a FastAPI dependency: an access token with at least one of these scopes.

    Without any scope, every access token will do. Its value is the `Principal`. The application's
    container must provide a `TokenVerifier`.
    """

    async def guard(request: Request, _: _Declared) -> Principal:
        container: AsyncContainer = request.state.dishka_container
        principal = await _authenticate(request, await container.get(TokenVerifier))
        if scopes and not principal.may(*scopes):
            raise _insufficient(scopes)
        return principal

    return guard


async def _authenticate(request: Request, verifier: TokenVerifier) -> Principal:
    token = bearer_token(request)
    if token is None:
        raise _unauthorized("an access token is needed, as `Authorization: Bearer …`", "Bearer")
    try:
        return await verifier.verify(token)
    except InvalidTokenError as error:
        raise _unauthorized(str(error), 'Bearer error="invalid_token"') from error
    except KeysUnavailableError as error:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": "2"}
        ) from error


def _unauthorized(detail: str, challenge: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})


def _insufficient(scopes: tuple[str, ...]) -> ProblemError:
    needed = " or ".join(scopes)
    challenge = f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'
    return ProblemError(
        HTTPStatus.FORBIDDEN,
        f"the access token needs the scope {needed}",
        headers={"WWW-Authenticate": challenge},
    )
