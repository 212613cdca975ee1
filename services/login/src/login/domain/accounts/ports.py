"""What the rules about accounts need from storage; each verb is one transaction.

Raises of every verb: `StoreUnavailableError` when the store cannot serve it now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from login.domain.accounts.sessions import PresentedToken, RevokeReason, Session
from login.domain.accounts.user import KnownPassword, Lockout, User
from login.domain.accounts.user_name import UserName


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a sign-in with the right password asks for."""

    verified: KnownPassword
    """The session begins only if this is still the password, and the user may still sign in."""
    pc_id: int | None
    token_digest: bytes
    new_hash: str | None = None
    """Of the same password, with the parameters that are wanted now."""


class SessionStore(Protocol):
    """Sessions and their refresh tokens."""

    async def find_password(self, folded_name: str) -> KnownPassword | None:
        """Return a user with the hash of the password."""
        ...

    async def note_failure(self, folded_name: str, rule: Lockout, now: datetime) -> None:
        """Count a wrong password; at the last one that the rule allows, lock the account."""
        ...

    async def begin(self, asked: NewSession, now: datetime) -> Session:
        """Begin a session.

        Raises:
            SignInRefusedError: the account changed since its password was verified.
            UnknownPcError: there is no such PC.
        """
        ...

    async def rotate(self, digest: bytes, successor: bytes, now: datetime) -> Session:
        """Exchange a refresh token; one that was exchanged before ends its session.

        Raises:
            InvalidGrantError: it is not valid, or no longer.
        """
        ...

    async def find_token(self, digest: bytes, now: datetime) -> PresentedToken | None:
        """Return what is known about a refresh token."""
        ...

    async def find_session(self, session_id: int, now: datetime) -> Session | None:
        """Return a session that is not over."""
        ...

    async def revoke(self, session_id: int, reason: RevokeReason, now: datetime) -> None:
        """End a session; again is harmless."""
        ...


class UserStore(Protocol):
    """Accounts, as those see them who look after them."""

    async def add(
        self, name: UserName, password_hash: str, scopes: frozenset[str], now: datetime, actor: str
    ) -> User:
        """Add a user.

        Raises:
            UserNameTakenError: there is one who reads the same.
        """
        ...

    async def all(self) -> Sequence[User]:
        """List all users in order of their names."""
        ...

    async def disable(self, name: UserName, now: datetime, actor: str) -> User:
        """Let nobody sign in with this account, and end its sessions; again is harmless.

        Raises:
            UserNotFoundError: there is none.
        """
        ...

    async def enable(self, name: UserName, now: datetime, actor: str) -> User:
        """Let the user sign in again, also if the account was locked.

        Raises:
            UserNotFoundError: there is none.
        """
        ...

    async def set_scopes(
        self, name: UserName, scopes: frozenset[str], now: datetime, actor: str
    ) -> User:
        """Change what a user may do, from the next access token on.

        Raises:
            UserNotFoundError: there is none.
        """
        ...


class ResetStore(Protocol):
    """Tokens with which somebody sets a new password, once."""

    async def issue(
        self, name: UserName, digest: bytes, expires_at: datetime, now: datetime, actor: str
    ) -> User:
        """Keep a new token; those issued before no longer work.

        Raises:
            UserNotFoundError: there is none.
            UserDisabledError: the user could not sign in with the new password either.
        """
        ...

    async def is_usable(self, digest: bytes, now: datetime) -> bool:
        """Return whether a token would work now."""
        ...

    async def redeem(self, digest: bytes, password_hash: str, now: datetime) -> None:
        """Use a token up: set the password, unlock the account, end all its sessions.

        Raises:
            InvalidGrantError: it is not valid, or no longer.
        """
        ...
