"""Where the demonstration takes place: two ports, fresh databases, short intervals."""

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
SILENCE: Final = 6.0
"""Seconds after which a silent PC is offline."""
NEVER_SEEN: Final = 15.0
"""Seconds after which a PC is retired that was listed and never came."""
PURGE: Final = 15.0
"""Seconds for which a PC stays retired."""
KEPT: Final = 20.0
"""Seconds for which a finished bulk job is kept."""

_DAY: Final = 86_400
_ANY_FREE: Final = 0


def _credentials(client_id: str) -> ClientCredentials:
    return ClientCredentials(client_id, secrets.token_urlsafe(32))


@dataclass(frozen=True, slots=True)
class Stage:
    """One place to play at."""

    folder: Path
    """Databases, keys and files; a new one for each play."""
    login_port: int
    provisioning_port: int
    wanted_port: int
    fleet: ClientCredentials = field(default_factory=lambda: _credentials("fleet"))
    """By what Login lets the fleet register itself."""
    provisioning: ClientCredentials = field(
        default_factory=lambda: _credentials("admin-provisioning")
    )
    """By what Login lets the AdminProvisioning service look after PCs."""

    @property
    def login_url(self) -> str:
        """Where the Login service is."""
        return f"http://{HOST}:{self.login_port}"

    @property
    def provisioning_url(self) -> str:
        """Where the AdminProvisioning service is."""
        return f"http://{HOST}:{self.provisioning_port}"

    def login_settings(self) -> dict[str, object]:
        """Return the settings of the Login service."""
        return {
            **self._settings("login", self.login_port),
            "Tokens": {"KeysDirectory": str(self.folder / "keys")},
            "Clients": {
                self.fleet.client_id: {"Secret": self.fleet.secret, "Scopes": ["pcs:enroll"]},
                self.provisioning.client_id: {
                    "Secret": self.provisioning.secret,
                    "Scopes": ["pcs:write"],
                },
            },
            "KeepAlive": {"IntervalInSeconds": INTERVAL},
            "PcKeepAliveJob": {
                "IntervalInSeconds": INTERVAL,
                "ChangeStateTimeInMinutes": SILENCE / 60,
                "ExpectedKeepAliveIntervalInSeconds": INTERVAL,
            },
            "PcDeleteJob": {
                "IntervalInSeconds": 10,
                "InitialDelayInSeconds": 10,
                "StartJitterInSeconds": 0,
                "NeverSeenAfterDays": NEVER_SEEN / _DAY,
                "PurgeAfterDays": PURGE / _DAY,
            },
            "TokenCleanupJob": {
                "IntervalInSeconds": 10,
                "InitialDelayInSeconds": 5,
                "StartJitterInSeconds": 0,
                "RetainRevokedForDays": 0,
            },
        }

    def provisioning_settings(self) -> dict[str, object]:
        """Return the settings of the AdminProvisioning service."""
        return {
            **self._settings("admin_provisioning", self.provisioning_port),
            "Login": {
                "Url": self.login_url,
                "ClientId": self.provisioning.client_id,
                "ClientSecret": self.provisioning.secret,
            },
            "Files": {"Directory": str(self.folder / "files")},
            "BulkJobWorker": {"IntervalInSeconds": 1},
            "BulkJobCleanup": {
                "IntervalInSeconds": 10,
                "InitialDelayInSeconds": 5,
                "StartJitterInSeconds": 0,
                "RetainSucceededForDays": KEPT / _DAY,
                "RetainFailedForDays": KEPT / _DAY,
                "KeepLastPerOwner": 0,
            },
        }

    def _settings(self, service: str, port: int) -> dict[str, object]:
        url = URL.create("sqlite+aiosqlite", database=str(self.folder / f"{service}.db"))
        return {
            "Database": {"Url": url.render_as_string()},
            "Http": {"Host": HOST, "Port": port, "ShutdownTimeoutInSeconds": 1},
            "Host": {"ShutdownTimeoutInSeconds": 2},
        }


def set_stage(folder: Path, wanted_port: int, now: datetime) -> Stage:
    """Choose two ports that are free and a folder that is not there yet."""
    login_port = wanted_port if _is_free(wanted_port) else _free_port()
    next_port = wanted_port + 1
    provisioning_port = next_port if _is_free(next_port) else _free_port()
    place = folder / f"demo-{now:%Y%m%d-%H%M%S}-{login_port}"
    return Stage(place, login_port, provisioning_port, wanted_port)


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except (OSError, OverflowError):
        return False
    return True


def _free_port() -> int:
    with socket.create_server((HOST, _ANY_FREE)) as listener:
        port: int = listener.getsockname()[1]
        return port
