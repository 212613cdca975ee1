"""Routes that take forms of pages."""

from dataclasses import dataclass

from starlette.types import Scope


@dataclass(frozen=True, slots=True)
class Forms:
    """All routes below a prefix: they take the forms of their pages, beside JSON."""

    prefix: str
    """With the slash at its end."""
    max_bytes: int
    """The largest body that passes there, of either kind."""

    def covers(self, scope: Scope) -> bool:
        """Return whether a request is for one of these routes."""
        path: str = scope["path"]
        return path.startswith(self.prefix)
