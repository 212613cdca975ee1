"""What a service stands on: its database, and jobs that are watched, remembered and leased."""

from loopjobs import HostBuilder
from loopjobs.health import Watchdog, WatchdogOptions
from loopjobs.history import HistoryTarget, add_history
from loopjobs.leases import LeasesTarget, add_leases
from servicekit.database import DatabaseOptions, DatabaseProvider, MigrationService, Revisions


def add_foundation(
    builder: HostBuilder, options: type[DatabaseOptions], revisions: Revisions
) -> None:
    """Add the watchdog, the schema, the history and the leases, which start in that order.

    They have the settings sections `Database`, `Watchdog`, `History` and `Leases`. `Database` can
    be injected from then on.

    Args:
        builder: What to add them to.
        options: The options of the section `Database`; a service's own, with its default.
        revisions: Where the service's revisions are.
    """
    builder.add_options(options, "Database")
    builder.add_provider(DatabaseProvider(options, revisions))
    builder.add_options(WatchdogOptions, "Watchdog")
    builder.add_hosted_service(Watchdog)
    builder.add_hosted_service(MigrationService)
    add_history(builder, default=_history_target)
    add_leases(builder, default=_leases_target)


def _history_target(options: DatabaseOptions) -> HistoryTarget:
    """Keep the history of the jobs in our own database, if the settings do not say where."""
    return HistoryTarget(options.url)


def _leases_target(options: DatabaseOptions) -> LeasesTarget:
    """Keep the leases of the jobs there, too: so it can refuse what a run writes without one."""
    return LeasesTarget(options.url)
