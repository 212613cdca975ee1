"""The database in a dependency graph."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide

from loopjobs.leases import LeasesOptions
from servicekit.database.database import Database
from servicekit.database.fencing import keeps_leases
from servicekit.database.migrations import Revisions
from servicekit.database.options import DatabaseOptions


class DatabaseProvider(Provider):
    """The database of a service; the graph must have its options and `LeasesOptions`.

    Args:
        options: The service's own options, which are the `DatabaseOptions` of its graph.
        revisions: Where the service's revisions are.
    """

    scope = Scope.APP

    def __init__(self, options: type[DatabaseOptions], revisions: Revisions) -> None:
        super().__init__()
        self.provide(lambda: revisions, provides=Revisions)
        self.alias(source=options, provides=DatabaseOptions)

    @provide
    async def database(
        self, options: DatabaseOptions, leases: LeasesOptions
    ) -> AsyncIterator[Database]:
        """Open the database; closed with the container."""
        async with Database(options, is_fenced=keeps_leases(options, leases)) as database:
            yield database
