"""Slows down whoever guesses passwords or tokens."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from fastapi import Request

from login.domain.accounts.user_name import fold
from login.http.accounts.options import RateLimitOptions
from loopjobs import Clock
from servicekit.rate_limits import RateLimiter

_SUBSCRIBER: Final = 64
"""Bits: an IPv6 network of this size belongs to one subscriber, who may use any address of it."""


class AccountLimits:
    """The rates of sign-in and of tokens.

    Raises of every verb: `ProblemError`, 429 with `Retry-After`.

    Args:
        options: the rates.
        clock: their time.
    """

    def __init__(self, options: RateLimitOptions, clock: Clock) -> None:
        self._sign_ins_by_address = RateLimiter(options.sign_ins_by_address, clock)
        self._sign_ins_by_user = RateLimiter(options.sign_ins_by_user, clock)
        self._tokens_by_address = RateLimiter(options.tokens_by_address, clock)

    def admit_sign_in(self, request: Request, username: str) -> None:
        """Let a sign-in pass; the same for names that nobody has."""
        self._sign_ins_by_address.admit(origin_of(request))
        self.admit_sign_in_of(username)

    def admit_sign_in_of(self, username: str) -> None:
        """Let a sign-in pass whose address has been looked at already."""
        self._sign_ins_by_user.admit(fold(username))

    def admit_new_password(self, request: Request) -> None:
        """Let somebody pass who sets a new password."""
        self._sign_ins_by_address.admit(origin_of(request))

    def admit_token(self, request: Request) -> None:
        """Let a request about a token pass."""
        self._tokens_by_address.admit(origin_of(request))


def origin_of(request: Request) -> str:
    """Return where a request comes from: an IPv4 address, or the network of an IPv6 address."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return "elsewhere"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _SUBSCRIBER), strict=False).network_address)
