"""Connects to leases in PostgreSQL; imported where it is used, for psycopg is an extra."""

from contextlib import suppress

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from loopjobs import Clock, LeaseUnavailableError
from loopjobs.leases import _postgresql_statements as sql
from loopjobs.leases._bounded_connection import BoundedConnection
from loopjobs.leases._postgresql_fence import PostgresqlFence
from loopjobs.leases._postgresql_store import PostgresqlLeaseStore, unavailable
from loopjobs.places import PostgresqlPlace


class PostgresqlLeases:
    """A `LeaseStoreSource`: the table `loopjobs_leases` of a database.

    Args:
        place: Where it is.
        namespace: Whose rows are ours.
        clock: Bounds each call.
    """

    def __init__(self, place: PostgresqlPlace, namespace: str, clock: Clock) -> None:
        self._place = place
        self._namespace = namespace
        self._clock = clock
        self.fence = PostgresqlFence(namespace)

    def connect(self, timeout: float) -> PostgresqlLeaseStore:
        """Connect, and make the table if it is missing.

        Raises:
            LeaseUnavailableError: it cannot be reached, or is not fit to keep leases.
        """
        with unavailable(self._place.shown):
            connection = self._open(timeout)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        return PostgresqlLeaseStore(connection, self._place.shown, self._namespace)

    def _open(self, timeout: float) -> BoundedConnection:
        milliseconds = max(1, round(timeout * 1000))
        try:
            connection = self._connected(timeout, f"-c statement_timeout={milliseconds}")
        except psycopg.OperationalError as error:
            if "unsupported startup parameter" not in str(error):
                raise
            # A pooler. It has such limits of its own; ours is the one that counts.
            connection = self._connected(timeout)
        return connection

    def _connected(self, timeout: float, options: str = "") -> BoundedConnection:
        given = conninfo_to_dict(self._place.conninfo)
        conninfo = make_conninfo(
            self._place.conninfo,
            application_name=given.get("application_name") or "loopjobs leases",
            # Never a standby: it would refuse every claim, and knows the past at best.
            target_session_attrs="read-write",
            options=f"{given.get('options') or ''} {options}".strip(),
        )
        # A pooler may give each statement another connection of its own: nothing is prepared.
        kind = BoundedConnection.of(self._clock, timeout)
        return kind.connect(conninfo, autocommit=True, prepare_threshold=None)

    def _prepare(self, connection: psycopg.Connection) -> None:
        """Make the table if need be; a user who may not can live on one that is there."""
        found = connection.execute(sql.FIND_TABLE).fetchone()
        if found is None:
            # Another replica may be faster, by less than `IF NOT EXISTS` can see.
            with suppress(errors.UniqueViolation, errors.DuplicateTable, errors.DuplicateObject):
                connection.execute(sql.CREATE_TABLE)
            found = connection.execute(sql.FIND_TABLE).fetchone()
        if found != (True,):
            raise LeaseUnavailableError(
                f"{self._place.shown}: loopjobs_leases does not survive a crash of the server;"
                " make it an ordinary table: ALTER TABLE loopjobs_leases SET LOGGED"
            )
