"""One line that gives a host a place for its leases."""

from collections.abc import Callable
from dataclasses import dataclass

from dishka import Provider, Scope
from pydantic import SecretStr

from loopjobs import (
    Clock,
    CurrentRun,
    Fence,
    HostBuilder,
    LeaseStoreSource,
    Problem,
    SettingsError,
)
from loopjobs.leases._opening import Leases, source_of
from loopjobs.leases._options import LeasesOptions, LeasesOptionsWithUrl


@dataclass(frozen=True, slots=True)
class LeasesTarget:
    """Where a service keeps its leases if the settings do not say."""

    url: SecretStr
    """As in `LeasesOptions`."""


def add_leases(
    builder: HostBuilder, *, default: Callable[..., LeasesTarget] | None = None
) -> HostBuilder:
    """Give a host a place for its leases: jobs with `RunOn: OneReplica` need one.

    It binds the section `Leases` and provides a `LeaseStoreSource`. Each host makes two
    connections there, however many jobs it has, and none before the first slot.

    Args:
        builder: What to add it to.
        default: Says where to keep them if `Leases:Url` does not: a function whose annotated
            parameters are injected, such as the options of the service's own database. Without it
            `Leases:Url` is required.
    """
    fences = _FenceOfRuns()
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: fences, provides=_FenceOfRuns)
    provider.provide(_source)
    if default is None:
        builder.add_options(LeasesOptionsWithUrl, "Leases")
        provider.provide(_as_set, provides=Leases)
    else:
        builder.add_options(LeasesOptions, "Leases")
        provider.provide(default, provides=LeasesTarget)
        provider.provide(_as_set_or_else, provides=Leases)
    return builder.add_provider(provider).add_run_context(fences)


class _FenceOfRuns:
    """Gives each run the fence of the place that was chosen when the host started."""

    def __init__(self) -> None:
        self.fence: Fence | None = None

    def __call__(self, run: CurrentRun, /) -> None:
        run.fence = self.fence


def _source(leases: Leases, fences: _FenceOfRuns) -> LeaseStoreSource:
    fences.fence = leases.fence
    return leases


def _as_set(options: LeasesOptionsWithUrl, clock: Clock) -> Leases:
    return source_of(options.url.get_secret_value(), options.namespace, clock)


def _as_set_or_else(options: LeasesOptions, target: LeasesTarget, clock: Clock) -> Leases:
    url = options.url or target.url
    try:
        return source_of(url.get_secret_value(), options.namespace, clock)
    except ValueError as error:
        remedy = "Set it, or let the service name another place."
        raise SettingsError(
            [Problem("Leases:Url", f"is not set, and the default of the service {error}", remedy)]
        ) from None
