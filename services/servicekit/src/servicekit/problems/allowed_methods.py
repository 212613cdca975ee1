"""Which methods a path has, over all of its routes."""

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path


def allowed_methods(request: Request) -> str:
    """Return the `Allow` header for the path of a request.

    Starlette names the methods of the first route with this path only; a path that is served by
    several routes has more.
    """
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path is not None and route.methods is not None:
            pattern, _, _ = compile_path(route.path)
            if pattern.match(request.url.path):
                methods |= route.methods
    return ", ".join(sorted(methods))
