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
        """Return who asks; `None` if nothing in the request says so.

        Raises:
            HTTPException: Starlette's; its status, detail and headers are the answer. 403 for
                somebody who is known and may not even view, 503 if it cannot be told now.
        """
        ...


class SignIn(Protocol):
    """Checks the name and the password of a sign-in form."""

    async def __call__(self, name: str, password: str, /) -> Visitor | None:
        """Return who that is; `None` if the two do not fit together.

        Raises:
            HTTPException: Starlette's; its status, detail and headers are the answer.
        """
        ...
