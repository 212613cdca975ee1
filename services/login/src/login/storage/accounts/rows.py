"""Turns rows into users."""

from login.domain.accounts.scopes import from_text
from login.domain.accounts.user import User
from login.storage.models import UserRow


def to_user(row: UserRow) -> User:
    """Return the user that a row holds."""
    return User(
        id=row.id,
        username=row.username,
        scopes=from_text(row.scopes),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        locked_until=row.locked_until,
    )
