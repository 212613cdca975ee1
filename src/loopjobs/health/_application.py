"""A tiny ASGI application: three paths, no framework."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Final, TypeAlias

from loopjobs import Host
from loopjobs.health._checks import HealthChecks
from loopjobs.health._json import probe_as_json, report_as_json
from loopjobs.health._report import HealthReport, HealthStatus, Probe

Scope: TypeAlias = MutableMapping[str, object]
Message: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApplication: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_Answer: TypeAlias = tuple[HTTPStatus, Mapping[str, object]]

_PREFIX: Final = "/health"
_METHODS: Final = ("GET", "HEAD")
_HEADERS: Final = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
_ALLOW: Final = (b"allow", b"GET, HEAD")


def health_app(host: Host) -> ASGIApplication:
    """Return an ASGI application that answers for the health of a host.

    GET and HEAD of `/health/live`, `/health/ready` and `/health/jobs`, in JSON: 200, or 503 for a
    no; a degraded job is a 200, as in ASP.NET. It asks for no authorization: put your own in front
    of `/health/jobs`, which names the jobs, where not everybody may see them.
    """
    checks = HealthChecks(host)
    routes: Mapping[str, Callable[[], _Answer]] = {
        "/health/live": lambda: _probe(checks.live()),
        "/health/ready": lambda: _probe(checks.ready()),
        "/health/jobs": lambda: _report(checks.report()),
    }
    return _Application(routes)


class _Application:
    """Finds the route, asks, and answers."""

    def __init__(self, routes: Mapping[str, Callable[[], _Answer]]) -> None:
        self._routes = routes

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,  # noqa: ARG002 - ASGI's signature
        send: Send,
    ) -> None:
        """Answer one request; a body, if any, is not read.

        Raises:
            RuntimeError: it is asked for anything but HTTP, which is how ASGI says no.
        """
        if scope["type"] != "http":
            raise RuntimeError(f"the health application serves http only, not {scope['type']}")
        method = str(scope["method"])
        route = self._routes.get(_path_in(scope))
        headers = []
        if route is None:
            status, content = _refusal(HTTPStatus.NOT_FOUND)
        elif method not in _METHODS:
            status, content = _refusal(HTTPStatus.METHOD_NOT_ALLOWED)
            headers = [_ALLOW]
        else:
            status, content = route()
        body = json.dumps(content).encode()
        headers += [*_HEADERS, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status.value, "headers": headers})
        shown = b"" if method == "HEAD" else body
        await send({"type": "http.response.body", "body": shown})


def _path_in(scope: Scope) -> str:
    """Return the path below where the application is mounted; below `/health`, too."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    path = path.removeprefix(root) if path.startswith(f"{root}/") else path
    return _PREFIX + path if root.endswith(_PREFIX) and not path.startswith(_PREFIX) else path


def _probe(probe: Probe) -> _Answer:
    return _code(is_well=probe.passes), probe_as_json(probe)


def _report(report: HealthReport) -> _Answer:
    is_well = report.status is not HealthStatus.UNHEALTHY
    return _code(is_well=is_well), report_as_json(report)


def _code(*, is_well: bool) -> HTTPStatus:
    return HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE


def _refusal(status: HTTPStatus) -> _Answer:
    return status, {"detail": status.phrase}
