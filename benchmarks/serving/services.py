"""The two services, as they are measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dishka import Provider, Scope

import admin_provisioning.app
import login.app
from loopjobs import HostBuilder, SystemClock
from servicekit.testing import TokenMint
from servicekit.tokens import KeySource
from serving.process import Order

_FREE_PORT: Final = {"Port": 0}
_OWNERS: Final = 20
_PROVISIONING: Final = ("provisioning:read", "provisioning:write")
Settings = Mapping[str, object]


@dataclass(frozen=True)
class ServicePlace:
    """Where a service has its things."""

    url: str
    """Of its database."""
    folder: Path
    """For files and keys."""


def login_order(
    place: ServicePlace,
    sections: Settings,
    change: Callable[[HostBuilder], None] | None = None,
) -> Order:
    """Return the order for a Login service that refuses nobody for coming too often."""
    settings = {
        "Database": {"Url": place.url},
        "Http": _FREE_PORT,
        "Tokens": {"KeysDirectory": str(place.folder / "keys")},
        # Few speak for many here, and more often than they would.
        "KeepAlive": {"MaxPerMinute": 60_000},
        "RateLimits": {
            "SignInsPerMinuteAndAddress": 1_000_000,
            "SignInsPerMinuteAndUser": 1_000_000,
        },
        **sections,
    }
    return Order(login.app.build_host_builder, settings, _Changed(change))


def admin_provisioning_order(
    place: ServicePlace,
    sections: Settings,
    change: Callable[[HostBuilder], None] | None = None,
) -> Order:
    """Return the order for an AdminProvisioning that knows some who send lists, without Login."""
    settings = {
        "Database": {"Url": place.url},
        "Http": _FREE_PORT,
        "Files": {"Directory": str(place.folder)},
        "BulkJobs": {"MaxRunningPerOwner": 1_000, "MaxUploadsPerMinute": 10_000},
        **sections,
    }
    change_all = _Changed(change, has_owners=True)
    return Order(admin_provisioning.app.build_host_builder, settings, change_all)


@dataclass(frozen=True)
class _Changed:
    """Changes a service before it is built; a class, for it goes from process to process."""

    change: Callable[[HostBuilder], None] | None
    has_owners: bool = False

    def __call__(self, builder: HostBuilder) -> tuple[str, ...]:
        """Change it; return the access tokens of those who send lists."""
        if self.change is not None:
            self.change(builder)
        if not self.has_owners:
            return ()
        mint = TokenMint(SystemClock())
        keys = Provider(scope=Scope.APP)
        keys.provide(lambda: mint, provides=KeySource)
        builder.add_provider(keys)
        return tuple(mint.issue(f"owner-{number}", *_PROVISIONING) for number in range(_OWNERS))
