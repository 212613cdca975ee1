"""Who makes a request."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a service, as an access token names it."""

    subject: str
    """`user:7` for a person, `client:admin-provisioning` for a service."""
    scopes: frozenset[str]
    expires_at: datetime
    issued_at: datetime
    token_id: str
    session_id: int | None = None
    """The session a person signed in with."""
    pc_id: int | None = None
    """The PC at which the person signed in, as the person's own client told it."""

    def may(self, *scopes: str) -> bool:
        """Return whether it has at least one of these scopes."""
        return not self.scopes.isdisjoint(scopes)
