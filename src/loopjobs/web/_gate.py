"""Finds out who asks, and turns away whoever may not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request

from loopjobs.web._cookies import session_cookie
from loopjobs.web._refusal import unauthorized
from loopjobs.web._sessions import Sessions
from loopjobs.web._visitors import Authorization, Visitor


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is known, and how."""

    visitor: Visitor
    holder: str
    """What the tokens of their forms are bound to."""
    session_id: str | None
    """The session, if they have signed in."""


class Gate:
    """Asks the authorization first, then the session that a cookie names."""

    def __init__(self, authorization: Authorization | None, sessions: Sessions) -> None:
        self._authorization = authorization
        self._sessions = sessions

    async def who(self, request: Request) -> Known | None:
        """Return who asks; `None` if nobody knows.

        What a script fetches by itself, to keep a page up to date, keeps no session alive.
        """
        is_by_itself = request.headers.get("sec-fetch-dest") == "empty"
        keeps_alive = not (is_by_itself and request.method == "GET")
        return await self._find(request, self._sessions.use if keeps_alive else self._sessions.peek)

    async def viewer(self, request: Request) -> Known:
        """Return who asks.

        Raises:
            RefusalError: 401; nobody knows.
        """
        known = await self.who(request)
        if known is None:
            raise unauthorized()
        return known

    async def _find(
        self, request: Request, look_up: Callable[[str], Visitor | None]
    ) -> Known | None:
        visitor = await self._authorized(request)
        if visitor is not None:
            return Known(visitor, f"visitor {visitor.name}", None)
        session_id = session_cookie(request)
        signed_in = None if session_id is None else look_up(session_id)
        if signed_in is None:
            return None
        return Known(signed_in, f"session {session_id}", session_id)

    def _authorized(self, request: Request) -> Awaitable[Visitor | None]:
        return _nobody() if self._authorization is None else self._authorization(request)


async def _nobody() -> None:
    return None
