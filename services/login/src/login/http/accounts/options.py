"""How often somebody may ask for a token."""

from typing import Final

from pydantic import Field

from loopjobs import Options
from servicekit.rate_limits import Rate

_MINUTE: Final = 60.0


class RateLimitOptions(Options):
    """The settings section `RateLimits`; each replica counts by itself."""

    sign_ins_per_minute_and_address: int = Field(60, ge=1, le=1_000_000)
    """Sign-ins and new passwords from one address, however they end; all may come at once."""
    sign_ins_per_minute_and_user: int = Field(10, ge=1, le=1_000_000)
    """Sign-ins with one user name, from wherever they come."""
    token_requests_per_minute_and_address: int = Field(600, ge=1, le=1_000_000)
    """Requests to refresh, revoke or introspect tokens, and services that ask for theirs."""

    @property
    def sign_ins_by_address(self) -> Rate:
        """The rate of an address at sign-in."""
        return Rate(self.sign_ins_per_minute_and_address, _MINUTE)

    @property
    def sign_ins_by_user(self) -> Rate:
        """The rate of a user name at sign-in."""
        return Rate(self.sign_ins_per_minute_and_user, _MINUTE)

    @property
    def tokens_by_address(self) -> Rate:
        """The rate of an address with tokens."""
        return Rate(self.token_requests_per_minute_and_address, _MINUTE)
