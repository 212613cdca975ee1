"""What goes over the wire when somebody signs in."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr

from login.credentials.access_tokens import AccessToken
from login.credentials.introspection import ActiveToken
from login.domain.accounts.opaque_tokens import OpaqueToken
from login.domain.accounts.scopes import as_text
from login.domain.accounts.sign_in import Credentials
from servicekit.requests import Payload

_LONGEST_TOKEN = 4_096
_LONGEST_SECRET = 1_024
_LONGEST_NAME = 150
_MOST_IDS = 2**63


class SignInRequest(Payload):
    """Somebody signs in."""

    username: str = Field(min_length=1, max_length=_LONGEST_NAME)
    password: SecretStr = Field(min_length=1, max_length=_LONGEST_SECRET)
    pc_id: int | None = Field(
        None, strict=True, ge=1, lt=_MOST_IDS, description="The PC this happens at, if registered."
    )

    def to_credentials(self) -> Credentials:
        """Return it in words of the domain."""
        return Credentials(self.username, self.password.get_secret_value(), self.pc_id)


class RefreshRequest(Payload):
    """Somebody goes on with a session."""

    refresh_token: SecretStr = Field(min_length=1, max_length=_LONGEST_TOKEN)


class RevokeRequest(Payload):
    """Somebody gives a refresh token back (RFC 7009)."""

    token: SecretStr = Field(min_length=1, max_length=_LONGEST_TOKEN)
    token_type_hint: str | None = Field(None, max_length=40, description="Not needed here.")


class IntrospectRequest(RevokeRequest):
    """A service asks about a token (RFC 7662)."""


class ClientTokenRequest(Payload):
    """A service identifies itself."""

    client_id: str = Field(min_length=1, max_length=_LONGEST_NAME)
    client_secret: SecretStr = Field(min_length=1, max_length=_LONGEST_SECRET)
    grant_type: Literal["client_credentials"] = "client_credentials"


class NewPasswordRequest(Payload):
    """Somebody sets a new password."""

    token: SecretStr = Field(min_length=1, max_length=_LONGEST_TOKEN)
    new_password: SecretStr = Field(min_length=1, max_length=_LONGEST_SECRET)


class ClientTokenAnswer(BaseModel):
    """An access token."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a name, no secret
    expires_in: int = Field(description="Seconds until the access token expires.")
    scope: str = Field(description="What it is good for, separated by blanks.")

    @classmethod
    def of(cls, token: AccessToken) -> Self:
        """Return the answer that hands a token over."""
        return cls(access_token=token.text, expires_in=token.expires_in, scope=token.scope)


class TokenAnswer(ClientTokenAnswer):
    """An access token, and a refresh token to get the next one with, once."""

    refresh_token: str = Field(repr=False)

    @classmethod
    def of_session(cls, token: AccessToken, refresh_token: OpaqueToken) -> Self:
        """Return the answer that hands both tokens over."""
        return cls(
            access_token=token.text,
            expires_in=token.expires_in,
            scope=token.scope,
            refresh_token=refresh_token.text,
        )


class IntrospectAnswer(BaseModel):
    """What a token stands for; of one that is not good, only that."""

    active: bool
    token_type: str | None = Field(None, description="`Bearer`, or `refresh_token`.")
    sub: str | None = None
    scope: str | None = None
    iat: int | None = None
    exp: int | None = None
    jti: str | None = None
    sid: int | None = None
    pc_id: int | None = None

    @classmethod
    def of(cls, token: ActiveToken | None) -> Self:
        """Return the answer about a token."""
        if token is None:
            return cls(active=False)
        return cls(
            active=True,
            token_type=token.kind,
            sub=token.subject,
            scope=as_text(token.scopes),
            iat=_seconds(token.issued_at),
            exp=_seconds(token.expires_at),
            jti=token.token_id,
            sid=token.session_id,
            pc_id=token.pc_id,
        )


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
