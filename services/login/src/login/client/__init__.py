"""The side of a PC: it registers, says that it is there, and says when it goes."""

from login.client.access import AccessTokens, ClientCredentials, TokenSource
from login.client.agent import Agent
from login.client.backoff import Backoff
from login.client.errors import (
    ClientRefusedError,
    LoginAwayError,
    LoginClientError,
    LoginRefusedError,
    PcRemovedError,
    PcUnknownError,
    UnauthorizedError,
)
from login.client.identity import PcIdentity
from login.client.login_client import KeepAliveAnswer, LoginClient
from login.client.machine import identify_this_machine
from login.client.machine_id import NoMachineIdError
from login.client.network_card import NoNetworkCardError
from login.client.presence import Presence, Standing, StandingListener

__all__ = [
    "AccessTokens",
    "Agent",
    "Backoff",
    "ClientCredentials",
    "ClientRefusedError",
    "KeepAliveAnswer",
    "LoginAwayError",
    "LoginClient",
    "LoginClientError",
    "LoginRefusedError",
    "NoMachineIdError",
    "NoNetworkCardError",
    "PcIdentity",
    "PcRemovedError",
    "PcUnknownError",
    "Presence",
    "Standing",
    "StandingListener",
    "TokenSource",
    "UnauthorizedError",
    "identify_this_machine",
]
