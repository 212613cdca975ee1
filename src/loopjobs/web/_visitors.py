"""Who may look, and who may act."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is known. Every visitor may view."""

    name: str
    """As the audit names them."""
    may_operate: bool = False
    """Whether they may run, pause and resume jobs, and see tracebacks."""


class Authorization(Protocol):
    """Says who asks, from what comes with a request: a token, a header of a proxy."""

    async def __call__(self, request: Request, /) -> Visitor | None:
        """Return who asks; `None` if that cannot be told."""
        ...


class SignIn(Protocol):
    """Checks the name and the password of a sign-in form."""

    async def __call__(self, name: str, password: str, /) -> Visitor | None:
        """Return who that is; `None` if the two do not fit together."""
        ...
