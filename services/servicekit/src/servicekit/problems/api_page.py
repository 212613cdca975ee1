"""The page that shows an API to people; everything on it comes from this very service."""

from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

PATH: Final = "/docs"
_ASSETS: Final = f"{PATH}/assets"


def add_api_page(app: FastAPI) -> None:
    """Serve the page at `/docs`; FastAPI's own would load its parts from far away."""
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{_ASSETS}/favicon.png",
    )

    async def show() -> HTMLResponse:
        return page

    app.add_api_route(PATH, show, include_in_schema=False, response_class=HTMLResponse)
    app.mount(_ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")))
