"""Where people sign in and out."""

from http import HTTPStatus
from typing import Annotated

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Depends, Request, Response

from login.credentials.access_tokens import AccessTokenIssuer
from login.domain.accounts.password_reset import PasswordReset
from login.domain.accounts.sign_in import SignIn
from login.http.accounts.limits import AccountLimits
from login.http.accounts.messages import NewPasswordRequest, SignInRequest, TokenAnswer
from login.http.accounts.refusals import BODY, LIMITED
from loopjobs import Clock
from servicekit.problems import ProblemError, answers
from servicekit.tokens import GUARDED, Principal, requires


def create_sign_in_router() -> APIRouter:
    """Create the routes for people."""
    router = APIRouter(prefix="/v1", tags=["Sign-in"], route_class=DishkaRoute)
    refusals = answers(HTTPStatus.UNAUTHORIZED, *LIMITED, *BODY)
    router.add_api_route("/login", sign_in, methods=["POST"], responses=refusals)
    router.add_api_route(
        "/logout",
        sign_out,
        methods=["POST"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=answers(*GUARDED),
    )
    router.add_api_route(
        "/password/reset",
        set_new_password,
        methods=["POST"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=refusals,
    )
    return router


async def sign_in(
    body: SignInRequest,
    request: Request,
    limits: FromDishka[AccountLimits],
    sign_in: FromDishka[SignIn],
    issuer: FromDishka[AccessTokenIssuer],
    clock: FromDishka[Clock],
) -> TokenAnswer:
    """Begin a session with user name and password; every refusal is the same."""
    limits.admit_sign_in(request, body.username)
    now = clock.now()
    grant = await sign_in.sign_in(body.to_credentials(), now)
    token = await issuer.issue_for_session(grant.session, now)
    return TokenAnswer.of_session(token, grant.refresh_token)


async def sign_out(
    who: Annotated[Principal, Depends(requires())],
    sign_in: FromDishka[SignIn],
    clock: FromDishka[Clock],
) -> None:
    """End the session of the access token; again is harmless.

    Its refresh tokens end at once. Access tokens are good until they expire, except where they
    are introspected.
    """
    if who.session_id is None:
        raise ProblemError(HTTPStatus.FORBIDDEN, "this access token has no session to end")
    await sign_in.sign_out(who.session_id, clock.now())


async def set_new_password(
    body: NewPasswordRequest,
    request: Request,
    limits: FromDishka[AccountLimits],
    reset: FromDishka[PasswordReset],
    clock: FromDishka[Clock],
) -> None:
    """Set a new password with a token that works once; all sessions of the user end."""
    limits.admit_new_password(request)
    token, password = body.token.get_secret_value(), body.new_password.get_secret_value()
    await reset.redeem(token, password, clock.now())
