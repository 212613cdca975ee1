"""Where the demonstration takes place: two ports, fresh databases, short intervals."""

import secrets
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from login.client import ClientCredentials

HOST: Final = "127.0.0.1"
ADMINISTRATOR: Final = "ada"
INTERVAL: Final = 2
"""Seconds from keep-alive to keep-alive, and from sweep to sweep."""
SILENCE: Final = 6.0
"""Seconds after which a silent PC is offline."""
NEVER_SEEN: Final = 6.0
"""Seconds after which a PC is retired that was listed and never came."""
PURGE: Final = 8.0
"""Seconds for which a PC stays retired."""
KEPT: Final = 6.0
"""Seconds for which a finished bulk job is kept."""
CLEANUP: Final = 10
"""Seconds from run to run of the jobs that delete; no less is allowed."""
QUEUE: Final = 1
"""Seconds from look to look for lists that were uploaded."""

_DAY: Final = 86_400
_ANY_FREE: Final = 0


def _cleanup(first: float) -> dict[str, object]:
    """Return when a job runs that deletes, with the seconds until it does so first."""
    return {
        "IntervalInSeconds": CLEANUP,
        "InitialDelayInSeconds": first,
        "StartJitterInSeconds": 0,
    }


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
    terminal: ClientCredentials = field(default_factory=lambda: _credentials("terminal"))
    """By what Login lets somebody look after jobs from a terminal."""
    password: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)
    """What the administrator signs in with."""

    @property
    def login_url(self) -> str:
        """Where the Login service is."""
        return f"http://{HOST}:{self.login_port}"

    @property
    def provisioning_url(self) -> str:
        """Where the AdminProvisioning service is."""
        return f"http://{HOST}:{self.provisioning_port}"

    @property
    def token_file(self) -> Path:
        """Where the access token of the terminal is."""
        return self.folder / "token"

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
                self.terminal.client_id: {
                    "Secret": self.terminal.secret,
                    "Scopes": ["jobs:operate"],
                },
            },
            "KeepAlive": {"IntervalInSeconds": INTERVAL},
            "PcKeepAliveJob": {
                "IntervalInSeconds": INTERVAL,
                "ChangeStateTimeInMinutes": SILENCE / 60,
                "ExpectedKeepAliveIntervalInSeconds": INTERVAL,
            },
            "PcDeleteJob": {
                **_cleanup(8),
                "NeverSeenAfterDays": NEVER_SEEN / _DAY,
                "PurgeAfterDays": PURGE / _DAY,
            },
            "TokenCleanupJob": {**_cleanup(9), "RetainRevokedForDays": 0},
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
            # Counted from the end of the last run: a long list makes nobody wait for it.
            "BulkJobWorker": {"IntervalInSeconds": QUEUE, "Pacing": "FixedDelay"},
            "BulkJobCleanup": {
                **_cleanup(10),
                "RetainSucceededForDays": KEPT / _DAY,
                "RetainFailedForDays": KEPT / _DAY,
                "KeepLastPerOwner": 0,
            },
        }

    def _settings(self, service: str, port: int) -> dict[str, object]:
        url = URL.create("sqlite+aiosqlite", database=str(self.folder / f"{service}.db"))
        return {
            "Database": {"Url": url.render_as_string()},
            "Http": {"Host": HOST, "Port": port, "ShutdownTimeoutInSeconds": 2},
            "Host": {"ShutdownTimeoutInSeconds": 3},
        }


def set_stage(folder: Path, wanted_port: int, now: datetime) -> Stage:
    """Choose two ports that are free and a folder that is not there yet.

    Args:
        folder: Where the other folder is to be.
        wanted_port: Login's, if it is free; the next one is for AdminProvisioning. At most 65,534.
        now: Names the folder, with the port.
    """
    login_port, provisioning_port = _free_ports(wanted_port, wanted_port + 1)
    place = folder / f"demo-{now:%Y%m%d-%H%M%S}-{login_port}"
    return Stage(place, login_port, provisioning_port, wanted_port)


def _free_ports(*wanted: int) -> list[int]:
    # All are held until the last is found: no two of them are the same.
    with ExitStack() as held:
        listeners = [held.enter_context(_listen(port)) for port in wanted]
        return [int(listener.getsockname()[1]) for listener in listeners]


def _listen(wanted_port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, wanted_port))
    except OSError:
        return socket.create_server((HOST, _ANY_FREE))
