"""Where tokens are exchanged, given back, asked about, and handed to services."""

from http import HTTPStatus

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Depends, Request, Response

from login.credentials.access_tokens import AccessTokenIssuer
from login.credentials.clients import Clients
from login.credentials.introspection import Introspection
from login.domain.accounts.scopes import Scope
from login.domain.accounts.sign_in import SignIn
from login.http.accounts.limits import AccountLimits
from login.http.accounts.messages import (
    ClientTokenAnswer,
    ClientTokenRequest,
    IntrospectAnswer,
    IntrospectRequest,
    RefreshRequest,
    RevokeRequest,
    TokenAnswer,
)
from login.http.accounts.refreshing import Refreshing
from login.http.accounts.refusals import BODY, LIMITED
from loopjobs import Clock
from servicekit.problems import answers
from servicekit.tokens import GUARDED, requires


def create_tokens_router() -> APIRouter:
    """Create the routes about tokens."""
    router = APIRouter(prefix="/v1/token", tags=["Tokens"], route_class=DishkaRoute)
    refusals = answers(HTTPStatus.UNAUTHORIZED, *LIMITED, *BODY)
    router.add_api_route("", identify_client, methods=["POST"], responses=refusals)
    router.add_api_route("/refresh", refresh, methods=["POST"], responses=refusals)
    router.add_api_route(
        "/revoke",
        revoke,
        methods=["POST"],
        response_class=Response,
        responses=answers(*LIMITED, *BODY),
    )
    router.add_api_route(
        "/introspect",
        introspect,
        methods=["POST"],
        response_model_exclude_none=True,
        dependencies=[Depends(requires(Scope.TOKENS_INTROSPECT))],
        responses=answers(*GUARDED, *LIMITED, *BODY),
    )
    return router


async def identify_client(
    body: ClientTokenRequest,
    request: Request,
    limits: FromDishka[AccountLimits],
    clients: FromDishka[Clients],
    issuer: FromDishka[AccessTokenIssuer],
    clock: FromDishka[Clock],
) -> ClientTokenAnswer:
    """Hand an access token to a service that knows its secret."""
    limits.admit_token(request)
    scopes = clients.authenticate(body.client_id, body.client_secret.get_secret_value())
    return ClientTokenAnswer.of(await issuer.issue_for_client(body.client_id, scopes, clock.now()))


async def refresh(
    body: RefreshRequest,
    request: Request,
    limits: FromDishka[AccountLimits],
    refreshing: FromDishka[Refreshing],
    issuer: FromDishka[AccessTokenIssuer],
    clock: FromDishka[Clock],
) -> TokenAnswer:
    """Exchange a refresh token; one that was exchanged long ago ends its session."""
    limits.admit_token(request)
    now = clock.now()
    grant = await refreshing.refresh(body.refresh_token.get_secret_value(), now)
    token = await issuer.issue_for_session(grant.session, now)
    return TokenAnswer.of_session(token, grant.refresh_token)


async def revoke(
    body: RevokeRequest,
    request: Request,
    limits: FromDishka[AccountLimits],
    sign_in: FromDishka[SignIn],
    clock: FromDishka[Clock],
) -> None:
    """End the session of a refresh token; anything else is no error and changes nothing."""
    limits.admit_token(request)
    await sign_in.revoke(body.token.get_secret_value(), clock.now())


async def introspect(
    body: IntrospectRequest,
    request: Request,
    limits: FromDishka[AccountLimits],
    introspection: FromDishka[Introspection],
    clock: FromDishka[Clock],
) -> IntrospectAnswer:
    """Tell a service whether a token is good at this moment, its session included."""
    limits.admit_token(request)
    found = await introspection.look_at(body.token.get_secret_value(), clock.now())
    return IntrospectAnswer.of(found)
