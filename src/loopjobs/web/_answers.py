"""Answers: pages, JSON, redirects, and refusals in the form that the asker understands."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from loopjobs import Clock
from loopjobs.web._form_tokens import FormTokens
from loopjobs.web._gate import Known
from loopjobs.web._json import json_text
from loopjobs.web._mount import path_of, root_of
from loopjobs.web._page import Page, RefusedView
from loopjobs.web._refusal import RefusalError
from loopjobs.web._templates import render

_FOR_PROGRAMS: Final = ("/api/", "/events", "/static/")


class Answers:
    """Makes answers out of views and refusals."""

    def __init__(self, title: str, tokens: FormTokens, clock: Clock, *, has_sign_in: bool) -> None:
        self._title = title
        self._clock = clock
        self._tokens = tokens
        self._has_sign_in = has_sign_in

    def page(
        self,
        request: Request,
        template: str,
        view: object,
        known: Known | None = None,
        *,
        flash: str = "",
    ) -> Response:
        """Return a page for somebody."""
        csrf = "" if known is None else self._tokens.token_for(known.holder)
        return self._page(request, template, view, known, csrf=csrf, flash=flash)

    def form(self, request: Request, template: str, view: object, csrf: str) -> Response:
        """Return a page with a form for somebody who is not known yet."""
        return self._page(request, template, view, None, csrf=csrf, flash="")

    def refusal(self, request: Request, refusal: RefusalError) -> Response:
        """Return a refusal: a problem for programs; for people a page, or the way to sign in."""
        path = path_of(request)
        if path.startswith(_FOR_PROGRAMS):
            answer = problem(refusal)
        elif refusal.status is HTTPStatus.UNAUTHORIZED and self._has_sign_in:
            following = quote(quote(path, safe="/", errors="replace"), safe="")
            return see_other(f"{root_of(request)}/sign-in?next={following}")
        else:
            view = RefusedView(refusal.status, refusal.status.phrase, refusal.detail)
            answer = self.page(request, "refused.html", view)
            answer.status_code = int(refusal.status)
        answer.headers.update(refusal.headers)
        return answer

    def _page(
        self,
        request: Request,
        template: str,
        view: object,
        known: Known | None,
        *,
        csrf: str,
        flash: str,
    ) -> Response:
        page = Page(
            view=view,
            title=self._title,
            root=root_of(request),
            now=self._clock.now(),
            visitor=None if known is None else known.visitor,
            csrf=csrf,
            flash=flash,
            has_sign_in=known is not None and known.session_id is not None,
        )
        text = render(template, page)
        # An error may hold half a surrogate pair, which UTF-8 has no bytes for.
        return Response(text.encode(errors="replace"), media_type="text/html; charset=utf-8")


def json_answer(view: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a view as JSON."""
    return Response(json_text(view), int(status), media_type="application/json")


def problem(refusal: RefusalError) -> Response:
    """Return a refusal as problem details (RFC 9457)."""
    details = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": int(refusal.status),
        "detail": refusal.detail,
    }
    answer = Response(
        json_text(details), int(refusal.status), media_type="application/problem+json"
    )
    answer.headers.update(refusal.headers)
    return answer


def see_other(path: str) -> Response:
    """Return the order to get another page."""
    return Response(status_code=int(HTTPStatus.SEE_OTHER), headers={"Location": path})
