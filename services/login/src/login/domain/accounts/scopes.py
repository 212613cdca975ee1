"""What somebody may do."""

from collections.abc import Iterable
from enum import StrEnum

from login.domain.accounts.errors import UnknownScopeError


class Scope(StrEnum):
    """A right, as access tokens carry it."""

    PCS_READ = "pcs:read"
    PCS_WRITE = "pcs:write"
    PCS_ENROLL = "pcs:enroll"
    JOBS_VIEW = "jobs:view"
    JOBS_OPERATE = "jobs:operate"
    METRICS_READ = "metrics:read"
    TOKENS_INTROSPECT = "tokens:introspect"
    PROVISIONING_READ = "provisioning:read"
    PROVISIONING_WRITE = "provisioning:write"


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Return the scopes of these names.

    Raises:
        UnknownScopeError: one of them is none; the message lists what there is.
    """
    known = {scope.value: scope for scope in Scope}
    asked = list(names)
    unknown = sorted(set(asked) - known.keys())
    if unknown:
        raise UnknownScopeError(unknown, list(known))
    return frozenset(known[name] for name in asked)


def as_text(scopes: Iterable[str]) -> str:
    """Return scopes as tokens and rows hold them: sorted, separated by blanks."""
    return " ".join(sorted(scopes))


def from_text(text: str) -> frozenset[str]:
    """Return the scopes that a row holds; one that no longer exists grants nothing."""
    return frozenset(text.split()) & {scope.value for scope in Scope}
