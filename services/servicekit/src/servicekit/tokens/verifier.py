"""Decides whether an access token is good."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt
from jwt.types import Options as Checks
from pydantic import Field

from loopjobs import Clock, Options
from servicekit.tokens.keys import ALGORITHM, KeySource
from servicekit.tokens.principal import Principal

_REQUIRED: Final = ("iss", "aud", "sub", "jti", "iat", "exp", "scope")
# Time is read in one place, so the library looks at everything but the clock.
_CHECKS: Final = Checks(
    require=list(_REQUIRED), verify_exp=False, verify_iat=False, verify_nbf=False
)
_LONGEST_TOKEN: Final = 4_096


class TokenOptions(Options):
    """The settings section `Tokens`, as far as both services need it."""

    issuer: str = Field("loopjobs-login", min_length=1, max_length=255)
    """Who issues access tokens; the same in all services."""
    audience: str = Field("loopjobs-services", min_length=1, max_length=255)
    """Whom they are for; the same in all services."""
    leeway_in_seconds: float = Field(10.0, ge=0, le=30)
    """By how much the clocks of two services may differ."""


class InvalidTokenError(Exception):
    """The access token is not good; the message says why and never repeats it."""


class TokenVerifier:
    """Verifies access tokens: signature, issuer, audience, time.

    Args:
        keys: where public keys come from.
        options: whose tokens are good, and for whom.
        clock: tells whether a token is still good.
    """

    def __init__(self, keys: KeySource, options: TokenOptions, clock: Clock) -> None:
        self._keys = keys
        self._options = options
        self._clock = clock

    async def verify(self, token: str) -> Principal:
        """Return whom the token names.

        Raises:
            InvalidTokenError: it is no access token, not ours, not for us, or its time is over.
            KeysUnavailableError: it cannot be judged now.
        """
        if len(token) > _LONGEST_TOKEN:
            raise InvalidTokenError("the access token is too long")
        key = await self._keys.find(_key_id(token))
        if key is None:
            raise InvalidTokenError("the access token is signed with an unknown key")
        try:
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[ALGORITHM],
                audience=self._options.audience,
                issuer=self._options.issuer,
                options=_CHECKS,
            )
            principal = _principal(claims)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise InvalidTokenError("the access token is not valid here") from error
        self._check_time(principal)
        return principal

    def _check_time(self, principal: Principal) -> None:
        # The leeway is added to our time, not to theirs: a claim may be the last instant there is.
        leeway = timedelta(seconds=self._options.leeway_in_seconds)
        now = self._clock.now()
        if now - leeway >= principal.expires_at:
            raise InvalidTokenError("the access token has expired")
        if now + leeway < principal.issued_at:
            raise InvalidTokenError("the access token is not valid yet")


def _key_id(token: str) -> str:
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, UnicodeError) as error:
        raise InvalidTokenError("this is no access token") from error
    if not isinstance(key_id, str):
        raise InvalidTokenError("the access token does not name its key")
    return key_id


def _principal(claims: Mapping[str, object]) -> Principal:
    return Principal(
        subject=_text(claims["sub"]),
        scopes=frozenset(_text(claims["scope"]).split()),
        expires_at=_instant(claims["exp"]),
        issued_at=_instant(claims["iat"]),
        token_id=_text(claims["jti"]),
        session_id=_id(claims.get("sid")),
        pc_id=_id(claims.get("pc_id")),
    )


def _text(claim: object) -> str:
    if not isinstance(claim, str):
        raise TypeError("this claim is text")
    return claim


def _id(claim: object) -> int | None:
    if claim is None:
        return None
    if isinstance(claim, bool) or not isinstance(claim, int):
        raise TypeError("an id is a whole number")
    return claim


def _instant(claim: object) -> datetime:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise TypeError("an instant is a number")
    return datetime.fromtimestamp(claim, UTC)
