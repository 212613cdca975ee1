"""Where the demonstration takes place: a port, a fresh database, short intervals."""

import secrets
import socket
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from login.client import ClientCredentials

HOST: Final = "127.0.0.1"
INTERVAL: Final = 2
"""Seconds from keep-alive to keep-alive, and from sweep to sweep."""
THRESHOLD_IN_MINUTES: Final = 0.1
_ANY_FREE: Final = 0


def _new_credentials() -> ClientCredentials:
    return ClientCredentials("fleet", secrets.token_urlsafe(32))


@dataclass(frozen=True, slots=True)
class Stage:
    """One place to play at."""

    database: Path
    port: int
    wanted_port: int
    fleet: ClientCredentials = field(default_factory=_new_credentials)
    """By what the service lets the fleet register itself."""

    @property
    def url(self) -> str:
        """Where the service is."""
        return f"http://{HOST}:{self.port}"

    def settings(self) -> dict[str, object]:
        """Return the settings of the service."""
        url = URL.create("sqlite+aiosqlite", database=str(self.database))
        return {
            "Database": {"Url": url.render_as_string()},
            "Http": {"Host": HOST, "Port": self.port, "ShutdownTimeoutInSeconds": 1},
            "Host": {"ShutdownTimeoutInSeconds": 2},
            "KeepAlive": {"IntervalInSeconds": INTERVAL},
            "Tokens": {"KeysDirectory": str(self.database.with_suffix(".keys"))},
            "Clients": {
                self.fleet.client_id: {"Secret": self.fleet.secret, "Scopes": ["pcs:enroll"]}
            },
            "PcKeepAliveJob": {
                "IntervalInSeconds": INTERVAL,
                "ChangeStateTimeInMinutes": THRESHOLD_IN_MINUTES,
                "ExpectedKeepAliveIntervalInSeconds": INTERVAL,
            },
        }


def set_stage(folder: Path, wanted_port: int, now: datetime) -> Stage:
    """Choose a port that is free and a database that is not there yet."""
    port = wanted_port if _is_free(wanted_port) else _free_port()
    return Stage(folder / f"demo-{now:%Y%m%d-%H%M%S}-{port}.db", port, wanted_port)


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server((HOST, _ANY_FREE)) as listener:
        port: int = listener.getsockname()[1]
        return port
