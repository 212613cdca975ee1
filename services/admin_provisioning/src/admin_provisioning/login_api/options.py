"""How this service reaches the Login service."""

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from loopjobs import Options


class LoginApiOptions(Options):
    """The settings section `Login`."""

    url: str = "http://127.0.0.1:8080"
    """Where the Login service is."""
    client_id: str = Field("admin-provisioning", min_length=1, max_length=64)
    """As whom this service signs in there."""
    client_secret: SecretStr = SecretStr("")
    """What it proves that with; empty: it cannot."""
    connect_timeout_in_seconds: float = Field(3.0, gt=0, le=60)
    """How long the Login service may take to accept a connection."""
    timeout_in_seconds: float = Field(10.0, gt=0, le=300)
    """How long it may take to answer."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        scheme, _, place = value.partition("://")
        if scheme not in {"http", "https"} or not place.strip("/"):
            raise PydanticCustomError("url", "must be the URL of a web server, as in https://login")
        return value
