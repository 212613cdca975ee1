"""What the settings say about tokens and passwords."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from login.domain.accounts.sessions import SessionRules
from login.domain.accounts.user import Lockout
from loopjobs import Options
from servicekit.tokens import TokenOptions


class LoginTokenOptions(TokenOptions):
    """The settings section `Tokens`, as the service needs it that issues them."""

    keys_directory: Path = Path("var/keys")
    """Where the keys are that sign access tokens: one PEM a file, shared by all replicas."""
    activation_delay_in_seconds: float = Field(600.0, ge=0, le=86_400)
    """How long a new key is published before it signs, so that verifiers have fetched it."""
    access_lifetime_in_minutes: float = Field(10.0, ge=5, le=60)
    """How long an access token is good; nothing revokes it before."""
    refresh_lifetime_in_days: float = Field(14.0, gt=0, le=365)
    """How long a session lasts that is not refreshed."""
    session_lifetime_in_days: float = Field(90.0, gt=0, le=3_650)
    """How long a session lasts at the most; no refresh extends it."""
    reuse_grace_in_seconds: float = Field(10.0, ge=0, le=60)
    """How long a refresh token may come again; after that its session is revoked."""

    @field_validator("refresh_lifetime_in_days")
    @classmethod
    def _check_refresh(cls, value: float, info: ValidationInfo) -> float:
        access = info.data.get("access_lifetime_in_minutes")
        if access is not None and timedelta(days=value) < timedelta(minutes=access):
            raise PydanticCustomError("refresh", "must not be less than AccessLifetimeInMinutes")
        return value

    @field_validator("session_lifetime_in_days")
    @classmethod
    def _check_session(cls, value: float, info: ValidationInfo) -> float:
        refresh = info.data.get("refresh_lifetime_in_days")
        if refresh is not None and value < refresh:
            raise PydanticCustomError("session", "must not be less than RefreshLifetimeInDays")
        return value

    @property
    def access_lifetime(self) -> timedelta:
        """How long an access token is good."""
        return timedelta(minutes=self.access_lifetime_in_minutes)

    @property
    def session_rules(self) -> SessionRules:
        """How long a session lasts, in words of the domain."""
        return SessionRules(
            refresh_lifetime=timedelta(days=self.refresh_lifetime_in_days),
            longest=timedelta(days=self.session_lifetime_in_days),
            reuse_grace=timedelta(seconds=self.reuse_grace_in_seconds),
        )


class PasswordOptions(Options):
    """The settings section `Passwords`; Argon2id with no less than what OWASP recommends."""

    memory_in_kibibytes: int = Field(19_456, ge=19_456, le=4_194_304)
    """How much memory one hash takes."""
    iterations: int = Field(2, ge=2, le=100)
    """How often the memory is gone through."""
    parallelism: int = Field(1, ge=1, le=16)
    """How many lanes a hash has: more of them ask more of who guesses with many processors."""
    concurrent_hashes: int = Field(4, ge=1, le=64)
    """How many hashes are made at once; the others wait."""
    failures_before_lock: int = Field(10, ge=3, le=1_000)
    """How many wrong passwords in a row lock an account."""
    lock_in_minutes: float = Field(15.0, gt=0, le=1_440)
    """For how long."""
    reset_lifetime_in_minutes: float = Field(60.0, ge=1, le=10_080)
    """How long a token works that sets a new password."""

    @property
    def lockout(self) -> Lockout:
        """When an account is locked, in words of the domain."""
        return Lockout(self.failures_before_lock, timedelta(minutes=self.lock_in_minutes))

    @property
    def reset_lifetime(self) -> timedelta:
        """How long a token works that sets a new password."""
        return timedelta(minutes=self.reset_lifetime_in_minutes)
