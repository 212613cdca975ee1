"""The files of the page."""

from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loopjobs.web._refusal import nothing_here

_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


class StaticFiles:
    """The files of the page, read once. Everybody may have them; they say nothing."""

    def __init__(self) -> None:
        folder = files("loopjobs.web") / "static"
        self._files = {
            each.name: (each.read_bytes(), _MEDIA_TYPES[suffix])
            for each in folder.iterdir()
            if (suffix := each.name.rpartition(".")[2]) in _MEDIA_TYPES
        }

    def routes(self) -> list[Route]:
        """Return what is answered."""
        return [Route("/static/{file}", self._serve)]

    async def _serve(self, request: Request) -> Response:
        found = self._files.get(request.path_params["file"])
        if found is None:
            raise nothing_here()
        content, media_type = found
        return Response(content, media_type=media_type)
