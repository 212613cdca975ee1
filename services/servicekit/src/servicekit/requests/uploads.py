"""Routes that take files."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from servicekit.requests.limits import announced_size, refuse_larger, refuse_other


@dataclass(frozen=True, slots=True)
class Upload:
    """A route with a limit of its own; it reads its body piece by piece, and checks it itself."""

    method: str
    path: str
    max_bytes: int
    """The largest body that passes."""
    media_types: frozenset[str]
    """Of which kinds a body may be."""

    def matches(self, scope: Scope) -> bool:
        """Return whether a request is for this route."""
        return bool(scope["method"] == self.method and scope["path"] == self.path)

    def guard(self, headers: Headers, receive: Receive) -> Receive:
        """Return what the application may receive.

        Raises:
            ProblemError: 413 or 415; also raised while receiving, as soon as it is too much.
        """
        refuse_larger(announced_size(headers), self.max_bytes)
        refuse_other(headers, self.media_types)
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            refuse_larger(received, self.max_bytes)
            return message

        return receive_within_limit
