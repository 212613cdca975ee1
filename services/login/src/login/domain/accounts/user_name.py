"""Names of users: written as people like, compared as they read."""

from dataclasses import dataclass
from typing import Final, Self
from unicodedata import category, normalize

from login.domain.accounts.errors import BadUserNameError

LONGEST: Final = 150
_REFUSED: Final = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}


@dataclass(frozen=True, slots=True)
class UserName:
    """A name that somebody may have."""

    shown: str
    """As it was given."""
    folded: str
    """As it is compared."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name.

        Raises:
            BadUserNameError: it is empty, too long, or has characters nobody sees.
        """
        folded = fold(text)
        if not folded or max(len(text), len(folded)) > LONGEST:
            raise BadUserNameError(f"a user name has 1 to {LONGEST} characters")
        if any(category(letter) in _REFUSED for letter in text + folded):
            raise BadUserNameError(
                "a user name has no blanks, control characters or invisible characters"
            )
        return cls(text, folded)


def fold(text: str) -> str:
    """Return what two names have in common that read the same (Unicode, definition D146)."""
    once = normalize("NFKD", normalize("NFD", text).casefold())
    return normalize("NFKC", normalize("NFKD", once.casefold()).casefold())
