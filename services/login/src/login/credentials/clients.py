"""Services that identify themselves with a secret out of the settings."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic.alias_generators import to_pascal
from pydantic_core import PydanticCustomError

from login.domain.accounts.errors import InvalidClientError
from login.domain.accounts.scopes import Scope
from loopjobs import Options

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,55}", re.ASCII)
_SHORTEST_SECRET: Final = 32
_UNKNOWN: Final = secrets.token_bytes()
"""What no secret has as its hash: compared with where there is none, which takes as long."""
_NOBODYS: Final = (_UNKNOWN, _UNKNOWN)


def _split(value: object) -> object:
    return value.split() if isinstance(value, str) else value


Secret = Annotated[SecretStr, Field(min_length=_SHORTEST_SECRET, max_length=1_024)]


class ClientOptions(Options):
    """One service."""

    secret: Secret
    """At least 32 characters, of chance."""
    previous_secret: Secret | None = None
    """Good as well, while the service moves on to a new one."""
    scopes: Annotated[frozenset[Scope], BeforeValidator(_split)]
    """What it may do: a list, or names separated by blanks."""

    @model_validator(mode="before")
    @classmethod
    def _ignore_case(cls, given: object) -> object:
        # The keys of a mapping come as they were spelled: in capitals from the environment, say.
        if not isinstance(given, Mapping):
            return given
        names = {to_pascal(name).casefold(): to_pascal(name) for name in cls.model_fields}
        named = {names.get(str(key).casefold(), key): value for key, value in given.items()}
        if not named.keys() >= {"Secret", "Scopes"}:
            raise PydanticCustomError("client", "must have a Secret and Scopes")
        return named


class ClientsOptions(Options):
    """The settings section `Clients`: each key is the id of a service."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ClientOptions]

    @model_validator(mode="after")
    def _check_ids(self) -> "ClientsOptions":
        for client_id in self.by_id:
            if not _ID.fullmatch(client_id):
                raise PydanticCustomError(
                    "client_id",
                    "has an id that is not 1 to 56 letters, digits, dots, hyphens and underscores",
                )
        return self

    @property
    def by_id(self) -> Mapping[str, ClientOptions]:
        """All services."""
        return self.__pydantic_extra__


class Clients:
    """Knows the services, and verifies their secrets in constant time.

    Args:
        options: the services.
    """

    def __init__(self, options: ClientsOptions) -> None:
        self._clients = options.by_id
        # Made once: whether there is a client must not show in the time that hashing takes.
        self._digests = {name: _digests(client) for name, client in options.by_id.items()}

    def authenticate(self, client_id: str, secret: str) -> frozenset[str]:
        """Return what a service may do.

        Raises:
            InvalidClientError: there is none of this name with this secret.
        """
        given = _digest(secret)
        known = self._digests.get(client_id, _NOBODYS)
        # Both are compared, always: how long it takes tells nothing.
        matches = [hmac.compare_digest(given, digest) for digest in known]
        if not any(matches):
            raise InvalidClientError
        return frozenset(self._clients[client_id].scopes)

    def is_known(self, client_id: str) -> bool:
        """Return whether there still is a service of this name."""
        return client_id in self._clients


def _digests(client: ClientOptions) -> tuple[bytes, bytes]:
    previous = client.previous_secret
    return (
        _digest(client.secret.get_secret_value()),
        _digest(previous.get_secret_value()) if previous else _UNKNOWN,
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
