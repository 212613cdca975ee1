"""Access tokens at the door of the page."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request

from loopjobs.web import Visitor
from servicekit.jobs_page.refusals import unavailable
from servicekit.jobs_page.visitors import visitor_of
from servicekit.tokens import InvalidTokenError, KeysUnavailableError, TokenVerifier, bearer_token


class TokenAuthorization:
    """An `Authorization`: whoever sends an access token with one of the scopes of jobs.

    Args:
        verifier: Tells whether a token is good.
    """

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def __call__(self, request: Request, /) -> Visitor | None:
        """Return whom the token names; `None` if there is none.

        Raises:
            HTTPException: 401; the token is not good. 403; it has neither scope. 503; it cannot be
                judged now.
        """
        token = bearer_token(request)
        if token is None:
            return None
        try:
            principal = await self._verifier.verify(token)
        except InvalidTokenError as error:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise HTTPException(HTTPStatus.UNAUTHORIZED, f"{error}.", challenge) from error
        except KeysUnavailableError as error:
            raise unavailable(f"{error}.") from error
        return visitor_of(principal.subject, principal.scopes)
