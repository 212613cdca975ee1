"""Access tokens: who may do what, told by a signed token of the Login service."""

from servicekit.tokens.bearer import bearer_token
from servicekit.tokens.guard import GUARDED, requires
from servicekit.tokens.jwks import JwkDocument, JwksDocument, RemoteKeys
from servicekit.tokens.keys import ALGORITHM, KeySource, KeysUnavailableError, VerificationKey
from servicekit.tokens.principal import Principal
from servicekit.tokens.verifier import (
    InvalidTokenError,
    TokenOptions,
    TokenVerifier,
)

__all__ = [
    "ALGORITHM",
    "GUARDED",
    "InvalidTokenError",
    "JwkDocument",
    "JwksDocument",
    "KeySource",
    "KeysUnavailableError",
    "Principal",
    "RemoteKeys",
    "TokenOptions",
    "TokenVerifier",
    "VerificationKey",
    "bearer_token",
    "requires",
]
