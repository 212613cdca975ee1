"""Where the page is in a service."""

from http import HTTPStatus
from typing import Final

from dishka import AsyncContainer
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.types import Receive, Scope, Send

from loopjobs.web import JobsApp
from servicekit.requests import Forms

PREFIX: Final = "/jobs"
FORMS: Final = Forms(f"{PREFIX}/", max_bytes=16 * 1024)
"""What the guard of requests must know about the page."""


def add_jobs_page(app: FastAPI) -> None:
    """Serve the page; the application's container must provide a `JobsApp`.

    It answers by itself, refusals included, and is no part of the OpenAPI document.
    """
    app.add_api_route(PREFIX, _go_in, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount(PREFIX, _Page())


async def _go_in() -> RedirectResponse:
    # Relative: whatever a proxy has put before the prefix stays there.
    return RedirectResponse(f"{PREFIX.lstrip('/')}/", HTTPStatus.TEMPORARY_REDIRECT)


class _Page:
    """The page of the service that a request has come to."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        container: AsyncContainer = scope["state"]["dishka_container"]
        page = await container.get(JobsApp)
        await page(scope, receive, send)
