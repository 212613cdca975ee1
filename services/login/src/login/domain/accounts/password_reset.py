"""Setting a new password with a token that works once."""

from datetime import datetime, timedelta

from login.domain.accounts.errors import InvalidGrantError
from login.domain.accounts.opaque_tokens import RESET, OpaqueToken, digest_of
from login.domain.accounts.passwords import PasswordHashes, check_new_password
from login.domain.accounts.ports import ResetStore
from login.domain.accounts.user_name import UserName


class PasswordReset:
    """Issues and redeems tokens for a new password.

    Args:
        store: where tokens are kept.
        passwords: makes hashes of passwords.
        lifetime: how long a token works.
    """

    def __init__(self, store: ResetStore, passwords: PasswordHashes, lifetime: timedelta) -> None:
        self._store = store
        self._passwords = passwords
        self._lifetime = lifetime

    async def issue(self, name: UserName, now: datetime, actor: str) -> OpaqueToken:
        """Make a token for a user; those made before no longer work.

        Raises:
            UserNotFoundError: there is none.
            UserDisabledError: the account must be enabled first.
        """
        token = OpaqueToken.new(RESET)
        await self._store.issue(name, token.digest, now + self._lifetime, now, actor)
        return token

    async def redeem(self, token: str, password: str, now: datetime) -> None:
        """Set a new password, which ends all sessions of the user.

        Raises:
            BadPasswordError: nobody should choose this password.
            InvalidGrantError: the token is not valid, or no longer.
        """
        check_new_password(password)
        digest = digest_of(token)
        # Asked first, so that made-up tokens do not keep us hashing.
        if not await self._store.is_usable(digest, now):
            raise InvalidGrantError
        await self._store.redeem(digest, await self._passwords.hash(password), now)
