"""What is sent to a service; each kind makes its requests out of numbers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from filling.fleet import credential_of, mac_of

_STRIDE: Final = 7_919
"""All over the table, and no PC twice before every other one was heard."""
PCS_A_LIST: Final = 100


class Traffic(Protocol):
    """Requests of one kind."""

    @property
    def name(self) -> str:
        """What one of them is called."""
        ...

    def request(self, number: int) -> bytes:
        """Return a request as it goes over the wire."""
        ...


@dataclass(frozen=True)
class KeepAlives:
    """PCs are heard, one after the other, all over the table."""

    pcs: int
    """So many take turns."""
    every: int = 1
    """Their numbers are so far apart, and begin at 1."""
    name: str = "keep-alive"

    def request(self, number: int) -> bytes:
        """Return the keep-alive of the PC whose turn it is."""
        pc = number * _STRIDE % self.pcs * self.every + 1
        return _request("PUT", f"/v1/pcs/{mac_of(pc)}/keep-alive", credential_of(pc))


@dataclass(frozen=True)
class SignIns:
    """People sign in, one after the other."""

    password: str
    people: int
    name: str = "sign-in"

    def request(self, number: int) -> bytes:
        """Return the sign-in of the person whose turn it is."""
        who = {"username": user_name(number % self.people), "password": self.password}
        return _request("POST", "/v1/login", body=who)


@dataclass(frozen=True)
class Lists:
    """People take turns in sending a list of a hundred PCs; no two are alike."""

    tokens: tuple[str, ...]
    name: str = "list sent"

    def request(self, number: int) -> bytes:
        """Return the next list."""
        first = number * PCS_A_LIST
        pcs = range(first, first + PCS_A_LIST)
        rows = [{"mac": f"06{pc:010x}", "hostname": f"pc-{pc}"} for pc in pcs]
        body = {"kind": "pc_import", "rows": rows}
        return _request("POST", "/v1/bulk-jobs", self.tokens[number % len(self.tokens)], body)


@dataclass(frozen=True)
class Looks:
    """Somebody looks at something, again and again."""

    path: str
    token: str
    name: str

    def request(self, _: int) -> bytes:
        """Return the request, which is the same each time."""
        return _request("GET", self.path, self.token)


def user_name(number: int) -> str:
    """Return the name of a person who signs in."""
    return f"somebody-{number}"


def _request(
    method: str, path: str, token: str | None = None, body: Mapping[str, object] | None = None
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: service"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    content = b""
    if body is not None:
        content = json.dumps(body).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content
