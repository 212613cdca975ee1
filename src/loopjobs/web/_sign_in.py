"""Signing in and out."""

import re
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loopjobs import Clock
from loopjobs.web._answers import Answers, see_other
from loopjobs.web._audit import Audit
from loopjobs.web._cookies import (
    browser_cookie,
    drop_session_cookie,
    session_cookie,
    set_browser_cookie,
    set_session_cookie,
)
from loopjobs.web._form_tokens import FormTokens, check_form
from loopjobs.web._gate import Gate
from loopjobs.web._mount import root_of
from loopjobs.web._operators import address_of, network_of
from loopjobs.web._origin import check_same_origin
from loopjobs.web._page import SignInView
from loopjobs.web._rates import RateLimit
from loopjobs.web._refusal import too_often
from loopjobs.web._routes import get_or_post
from loopjobs.web._sessions import Sessions
from loopjobs.web._visitors import SignIn, Visitor

ATTEMPTS_BY_NAME: Final = 10
ATTEMPTS_BY_ADDRESS: Final = 30
ATTEMPTS_SECONDS: Final = 300.0

_LONGEST: Final = 1_024
"""Characters of a name or a password."""
_NEXT: Final = re.compile(r"/(job/[A-Za-z0-9%._~/-]+)?")
_WRONG: Final = "Name and password do not fit together."
_UNKNOWN: Final = "somebody"
_MARK_BYTES: Final = 16


class SignInPages:
    """Makes sessions out of names and passwords; tells nobody which names there are."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the pages are made of, wired in one place
        self,
        sign_in: SignIn,
        sessions: Sessions,
        gate: Gate,
        answers: Answers,
        tokens: FormTokens,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._sign_in = sign_in
        self._sessions = sessions
        self._gate = gate
        self._answers = answers
        self._tokens = tokens
        self._audit = audit
        self._by_name = RateLimit(ATTEMPTS_BY_NAME, ATTEMPTS_SECONDS, clock)
        self._by_address = RateLimit(ATTEMPTS_BY_ADDRESS, ATTEMPTS_SECONDS, clock)

    def routes(self) -> list[Route]:
        """Return what is answered."""
        return [
            get_or_post("/sign-in", self._ask, self._check),
            Route("/sign-out", self._leave, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        following = _following(request.query_params.get("next"))
        if await self._gate.who(request) is not None:
            return see_other(root_of(request) + following)
        mark = browser_cookie(request) or secrets.token_urlsafe(_MARK_BYTES)
        has_ended = session_cookie(request) is not None
        answer = self._form(request, SignInView("", "", following, has_ended), mark)
        set_browser_cookie(request, answer, mark)
        return answer

    async def _check(self, request: Request) -> Response:
        check_same_origin(request)
        mark = browser_cookie(request) or ""
        form = await check_form(request, self._tokens, _holder(mark))
        following = _following(form.get("next"))
        visitor = await self._visitor(request, form)
        if visitor is None:
            view = SignInView(_WRONG, form.get("name", "")[:_LONGEST], following)
            answer = self._form(request, view, mark)
            answer.status_code = int(HTTPStatus.UNAUTHORIZED)
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        # A new id, whatever the browser had: nobody can have planted it.
        self._sessions.end(session_cookie(request) or "")
        answer = see_other(root_of(request) + following)
        set_session_cookie(request, answer, self._sessions.begin(visitor))
        return answer

    async def _leave(self, request: Request) -> Response:
        check_same_origin(request)
        known = await self._gate.who(request)
        answer = see_other(f"{root_of(request)}/sign-in")
        if known is not None and known.session_id is not None:
            await check_form(request, self._tokens, known.holder)
            self._sessions.end(known.session_id)
            self._note(request, known.visitor.name, "sign-out", "done")
        drop_session_cookie(request, answer)
        return answer

    async def _visitor(self, request: Request, form: Mapping[str, str]) -> Visitor | None:
        name, password = form.get("name", ""), form.get("password", "")
        early = self._by_address.wait(network_of(request))
        # An address that is refused uses up nobody's name.
        if seconds := early or self._by_name.wait(name.casefold()[:_LONGEST]):
            self._note(request, _UNKNOWN, "sign-in", "too often")
            raise too_often(seconds)
        is_possible = name and len(name) <= _LONGEST and len(password) <= _LONGEST
        try:
            visitor = await self._sign_in(name, password) if is_possible else None
        except HTTPException as error:
            self._note(request, _UNKNOWN, "sign-in", f"refused with {error.status_code}")
            raise
        # Not the name that was given: now and then it is the password, typed into the wrong field.
        who, result = (_UNKNOWN, "refused") if visitor is None else (visitor.name, "done")
        self._note(request, who, "sign-in", result)
        return visitor

    def _form(self, request: Request, view: SignInView, mark: str) -> Response:
        csrf = self._tokens.token_for(_holder(mark))
        return self._answers.form(request, "sign_in.html", view, csrf)

    def _note(self, request: Request, who: str, action: str, result: str) -> None:
        self._audit.note(who, action, result, job=None, address=address_of(request))


def _holder(mark: str) -> str:
    return f"browser {mark}"


def _following(path: str | None) -> str:
    """Return where to go on to: a page of ours, whatever was asked for."""
    if path is None or not _NEXT.fullmatch(path):
        return "/"
    # A browser takes these for steps, and would leave the mount.
    steps = {".", ".."}
    return "/" if steps & set(unquote(path).split("/")) else path
