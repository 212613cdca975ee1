"""Where a request comes from, and to whom it is addressed: what other sites may not do."""

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from loopjobs.web._refusal import forbidden

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")

HostRule = Callable[[str], bool]


def check_same_origin(request: Request) -> None:
    """Let pass what a page of this very origin has sent.

    Browsers say so by `Sec-Fetch-Site`, or by `Origin` where a connection is not encrypted.

    Raises:
        RefusalError: 403; another site has sent it, or nobody says who.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        is_own = site == "same-origin"
    else:
        is_own = origin is not None and _origin_of(origin) == _own_origin(request)
    if not is_own:
        raise forbidden(
            "An action has to come from a page of this application: with Sec-Fetch-Site "
            "same-origin, or with its own Origin."
        )


def host_name(host: str) -> str | None:
    """Return the name in a `Host` header, without its port; `None` if it is no such header."""
    found = _HOST.fullmatch(host)
    return found[1].lower().rstrip(".") if found else None


def port_of(request: Request) -> int:
    """Return the port that the visitor sees."""
    origin = _own_origin(request)
    return 0 if origin is None else origin[2]


def one_of(allowed: Sequence[str]) -> HostRule:
    """Allow these names; `*.example.org` stands for all below it."""
    names = {name.lower() for name in allowed}

    def is_allowed(name: str) -> bool:
        return name in names or any(f"*.{parent}" in names for parent in _parents(name))

    return is_allowed


def is_no_domain(name: str) -> bool:
    """Allow what no name server can point elsewhere: addresses, and `localhost`."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def any_host(_: str) -> bool:
    """Allow every name: whoever comes by a wrong one has no cookie and no token."""
    return True


def _parents(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[index:]) for index in range(1, len(labels))]


def _own_origin(request: Request) -> tuple[str, str, int] | None:
    return _origin_of(f"{request.scope['scheme']}://{request.headers.get('host', '')}")


def _origin_of(text: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(text)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or parts.path or parts.query or parts.username:
        return None
    return parts.scheme, parts.hostname, port
