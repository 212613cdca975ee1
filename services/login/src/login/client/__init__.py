"""The side of a PC: it registers, says that it is there, and says when it goes."""

from login.client.backoff import Backoff
from login.client.errors import (
    LoginAwayError,
    LoginClientError,
    LoginRefusedError,
    PcRemovedError,
    PcUnknownError,
)
from login.client.identity import PcIdentity
from login.client.login_client import KeepAliveAnswer, LoginClient
from login.client.presence import Presence, Standing, StandingListener

__all__ = [
    "Backoff",
    "KeepAliveAnswer",
    "LoginAwayError",
    "LoginClient",
    "LoginClientError",
    "LoginRefusedError",
    "PcIdentity",
    "PcRemovedError",
    "PcUnknownError",
    "Presence",
    "Standing",
    "StandingListener",
]
