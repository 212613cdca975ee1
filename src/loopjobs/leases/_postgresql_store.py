"""The verbs of a lease store as statements of PostgreSQL, each its own transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import LiteralString, NamedTuple

import psycopg

from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Declined,
    Granted,
    GridSighting,
    Lease,
    LeaseEnd,
    LeaseUnavailableError,
    Outcome,
    Sighting,
    redact,
)
from loopjobs.leases import _postgresql_statements as sql
from loopjobs.leases._bounded_connection import BoundedConnection
from loopjobs.leases._told import told


class _Row(NamedTuple):
    is_granted: bool
    token: int
    next_in: int
    overdue: int
    is_takeover: bool
    success_age: int | None
    failures: int
    last_token: int
    interval: int | None
    grid_age: int | None
    lease_left: int | None
    lease_until: int | None
    is_paused: bool
    holder: str | None


class PostgresqlLeaseStore:
    """A `LeaseStore` on one connection.

    Args:
        connection: In autocommit mode; closed with the store.
        place: Where it leads, as it may be logged.
        namespace: Whose rows are ours.
    """

    def __init__(self, connection: BoundedConnection, place: str, namespace: str) -> None:
        self._connection = connection
        self._place = place
        self._namespace = namespace

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim the slot that is due."""
        row = self._claim(request)
        if row is None:
            self._change(sql.ADD_JOB, job=request.job)
            row = self._claim(request)
        if row is None:
            raise LeaseUnavailableError(f"{self._place}: the row of {request.job} went away")
        return _answer(request, row)

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Let leases hold anew; return those that still held."""
        with unavailable(self._place):
            rows = self._connection.execute(
                sql.RENEW,
                {
                    "namespace": self._namespace,
                    "jobs": [each.job for each in leases],
                    "tokens": [each.fencing_token for each in leases],
                    "holders": [each.holder for each in leases],
                    "leases": [_microseconds(each.seconds) for each in leases],
                },
            ).fetchall()
        renewed = set(rows)
        return [each for each in leases if (each.job, each.fencing_token) in renewed]

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give a lease back."""
        slot = end.calendar if end.next_in is None else None
        self._change(
            sql.FINISH,
            job=lease.job,
            token=lease.fencing_token,
            holder=lease.holder,
            outcome=end.outcome.value,
            error=None if end.error is None else told(end.error),
            has_succeeded=end.outcome is Outcome.SUCCEEDED,
            has_failed=end.count_on(0) > 0,
            next_in=None if end.next_in is None else _microseconds(end.next_in),
            passes_slots=end.next_in is None and end.calendar is None,
            slot_age=None if slot is None else _microseconds(slot.age),
            gap=None if slot is None else _microseconds(slot.gap),
        )

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job for all replicas."""
        self._change(sql.SET_PAUSED, job=job, is_paused=is_paused)

    def close(self) -> None:
        """Close the connection."""
        with suppress(psycopg.Error):
            self._connection.close()

    def _claim(self, request: ClaimRequest) -> _Row | None:
        stale, slot = request.stale, request.calendar
        parameters = {
            "namespace": self._namespace,
            "job": request.job,
            "holder": request.holder,
            "interval": _microseconds(request.interval),
            "slot_age": None if slot is None else _microseconds(slot.age),
            "tolerance": None if slot is None else _microseconds(slot.tolerance),
            "lease": _microseconds(request.seconds),
            "is_by_hand": request.is_by_hand,
            "stale_token": None if stale is None else stale.fencing_token,
            "stale_until": None if stale is None else int(stale.lease_until),
            "patience": _microseconds(self._connection.seconds),
        }
        with unavailable(self._place):
            found = self._connection.execute(sql.CLAIM, parameters).fetchone()
        return None if found is None else _Row(*found)

    def _change(self, statement: LiteralString, **parameters: str | int | None) -> None:
        with unavailable(self._place):
            self._connection.execute(statement, {"namespace": self._namespace, **parameters})


@contextmanager
def unavailable(place: str) -> Iterator[None]:
    """Tell whatever PostgreSQL or the way to it says as unavailability, without secrets.

    Raises:
        LeaseUnavailableError: the block failed.
    """
    try:
        yield
    except TimeoutError:
        raise LeaseUnavailableError(f"{place}: no answer in time") from None
    except psycopg.Error as error:
        words = error.diag.message_primary or str(error).partition("\n")[0]
        what = f"{place}: {type(error).__name__}: {redact(words)}"
        # Without its cause: the driver quotes parameters.
        raise LeaseUnavailableError(what) from None


def _answer(request: ClaimRequest, row: _Row) -> ClaimAnswer:
    age, left = row.success_age, row.lease_left
    success_age = None if age is None else max(0.0, _seconds(age))
    grid = _grid(row)
    if row.is_granted:
        return Granted(
            Lease(request.job, request.holder, row.token, request.seconds),
            next_in=_seconds(row.next_in),
            overdue=max(0.0, _seconds(row.overdue)),
            is_takeover=row.is_takeover,
            success_age=success_age,
            failures_in_a_row=row.failures,
            grid=grid,
        )
    is_held = left is not None
    return Declined(
        next_in=_seconds(row.next_in),
        lease_left=None if left is None else _seconds(left),
        is_paused=row.is_paused,
        sighting=Sighting(row.token, str(row.lease_until)) if is_held else None,
        holder=row.holder if is_held else None,
        success_age=success_age,
        failures_in_a_row=row.failures,
        grid=grid,
    )


def _grid(row: _Row) -> GridSighting | None:
    if row.interval is None or row.grid_age is None:
        return None
    return GridSighting(row.last_token, _seconds(row.interval), _seconds(row.grid_age))


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _seconds(microseconds: int) -> float:
    return microseconds / 1_000_000
