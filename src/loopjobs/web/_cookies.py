"""Cookies: for this browser, this site, this mount and this port only, and not for scripts."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from loopjobs.web._mount import cookie_path, is_encrypted
from loopjobs.web._origin import port_of

_FLASH_SECONDS: Final = 60


def session_cookie(request: Request) -> str | None:
    """Return the id of the session that a cookie names."""
    return request.cookies.get(_name_of("session", request))


def browser_cookie(request: Request) -> str | None:
    """Return what tells browsers apart that are about to sign in."""
    return request.cookies.get(_name_of("browser", request))


def set_session_cookie(request: Request, answer: Response, session_id: str) -> None:
    """Let the browser name that session from here on."""
    _set(request, answer, "session", session_id, path=cookie_path(request))


def set_browser_cookie(request: Request, answer: Response, mark: str) -> None:
    """Let the browser be told apart by that from here on."""
    _set(request, answer, "browser", mark, path=cookie_path(request))


def drop_session_cookie(request: Request, answer: Response) -> None:
    """Let the browser forget the session."""
    _drop(request, answer, "session", path=cookie_path(request))


def flash_cookie(request: Request) -> str:
    """Return what has just been done on this page; empty if nothing."""
    return request.cookies.get(_name_of("flash", request), "")


def set_flash_cookie(request: Request, answer: Response, path: str, done: str) -> None:
    """Let the page at that path say once what has been done."""
    _set(request, answer, "flash", done, path=path, max_age=_FLASH_SECONDS)


def drop_flash_cookie(request: Request, answer: Response, path: str) -> None:
    """Let the browser forget what has been done; it was said."""
    _drop(request, answer, "flash", path=path)


def _set(
    request: Request,
    answer: Response,
    kind: str,
    value: str,
    *,
    path: str,
    max_age: int | None = None,
) -> None:
    answer.set_cookie(
        _name_of(kind, request),
        value,
        max_age=max_age,
        path=path,
        secure=is_encrypted(request),
        httponly=True,
        samesite="strict",
    )


def _drop(request: Request, answer: Response, kind: str, *, path: str) -> None:
    _set(request, answer, kind, "", path=path, max_age=0)


def _name_of(kind: str, request: Request) -> str:
    # Cookies do not tell ports apart: two services on one machine would end each other's sessions.
    return f"loopjobs_{kind}_{port_of(request)}"
