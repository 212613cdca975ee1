"""What can stand against a sign-in, a token, or a change of an account.

No message tells anything that its reader did not know: neither who has an account, nor a secret.
"""

from collections.abc import Sequence


class AccountError(Exception):
    """A request about an account that cannot be granted."""


class SignInRefusedError(AccountError):
    """The same for an unknown name, a wrong password, and an account that is disabled or locked."""

    def __init__(self) -> None:
        super().__init__("the user name or the password is not right, or the account is not usable")


class InvalidGrantError(AccountError):
    """The refresh token or one-time token is unknown, used up, expired or revoked."""

    def __init__(self) -> None:
        super().__init__("the token is not valid, or no longer; sign in again")


class TokenReusedError(InvalidGrantError):
    """The refresh token was used again long after its exchange; its session is revoked.

    Whoever holds it is told no more than with any other token that is not valid.
    """


class InvalidClientError(AccountError):
    """No service of this name has this secret."""

    def __init__(self) -> None:
        super().__init__("the client id or the client secret is not right")


class UnknownPcError(AccountError):
    """Somebody signs in at a PC that is not registered."""

    def __init__(self) -> None:
        super().__init__("pc_id: no such PC is registered")


class BadUserNameError(AccountError, ValueError):
    """The text cannot be the name of a user; the message says why."""


class BadPasswordError(AccountError, ValueError):
    """The text cannot be a password; the message says why and never repeats it."""


class UnknownScopeError(AccountError, ValueError):
    """There is no such scope."""

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"there is no scope {', '.join(map(repr, unknown))}; there are {', '.join(known)}"
        )


class UserNameTakenError(AccountError):
    """Somebody has this name already, perhaps in other letters."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a user {name!r} already, or one that reads the same")


class UserNotFoundError(AccountError):
    """Nobody has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no user {name!r}")


class UserDisabledError(AccountError):
    """The user must be enabled first."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the user {name!r} is disabled; enable the account first")
