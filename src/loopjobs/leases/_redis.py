"""Leases in Redis; imported where they are used, for redis-py is an extra."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final
from urllib.parse import quote

from redis import ConnectionPool, Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Declined,
    Fence,
    Granted,
    GridSighting,
    Lease,
    LeaseEnd,
    LeaseUnavailableError,
    Sighting,
    redact,
)
from loopjobs.leases._redis_place import RedisPlace
from loopjobs.leases._redis_scripts import CLAIM, FINISH, RENEW, SET_PAUSED
from loopjobs.leases._redis_server import RedisServer
from loopjobs.leases._told import told

_MICROSECONDS: Final = 1_000_000


class RedisLeases:
    """A `LeaseStoreSource`: a hash for each job, on one server.

    Args:
        place: Where it is.
        namespace: Whose hashes are ours.
    """

    fence: Fence | None = None
    """None: transactions are elsewhere."""

    def __init__(self, place: RedisPlace, namespace: str) -> None:
        self._place = place
        self._server = RedisServer(place.shown)
        # In a cluster all jobs of a namespace are on one server: they are renewed in one step.
        self._namespace_key = f"loopjobs:{{{quote(namespace, safe='')}}}"

    def connect(self, timeout: float) -> "RedisLeaseStore":
        """Connect, and look whether the server is fit for leases.

        Raises:
            LeaseUnavailableError: it cannot be reached, or is not.
        """
        pool = ConnectionPool.from_url(self._place.url)
        # Not as arguments: what the URL says would count for more.
        pool.connection_kwargs.update(
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            decode_responses=True,
            # A claim that is sent twice meets itself.
            retry=Retry(NoBackoff(), 0),
        )
        store = RedisLeaseStore(Redis(connection_pool=pool), self._place.shown, self._namespace_key)
        try:
            store.check(self._server)
        except BaseException:
            store.close()
            raise
        return store


class RedisLeaseStore:
    """One connection."""

    def __init__(self, client: Redis, shown: str, namespace_key: str) -> None:
        self._client = client
        self._shown = shown
        self._namespace_key = namespace_key

    def check(self, server: RedisServer) -> None:
        """Look whether the server is fit for leases.

        Raises:
            LeaseUnavailableError: it cannot be reached, or is not.
        """
        with _telling(self._shown):
            server.check(self._client)

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim the slot that is due."""
        stale, slot = request.stale, request.calendar
        words = self._do(
            CLAIM,
            [self._key(request.job), self._namespace_key],
            request.holder,
            _microseconds(request.interval),
            _microseconds(request.seconds),
            int(request.is_by_hand),
            "" if stale is None else stale.fencing_token,
            "" if stale is None else stale.lease_until,
            "" if slot is None else _microseconds(slot.age),
            "" if slot is None else _microseconds(slot.tolerance),
        )
        is_granted, *facts = [str(word) for word in words]
        return _granted(request, facts) if is_granted == "1" else _declined(facts)

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Let leases hold anew; return those that still held."""
        arguments = [
            argument
            for lease in leases
            for argument in (lease.holder, lease.fencing_token, _microseconds(lease.seconds))
        ]
        held = self._do(RENEW, [self._key(lease.job) for lease in leases], *arguments)
        return [leases[int(str(index))] for index in held]

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give a lease back."""
        slot = end.calendar
        self._do(
            FINISH,
            [self._key(lease.job)],
            lease.holder,
            lease.fencing_token,
            end.outcome.value,
            "" if end.error is None else told(end.error),
            "" if end.next_in is None else _microseconds(end.next_in),
            "" if slot is None else _microseconds(slot.age),
            "" if slot is None else _microseconds(slot.gap),
        )

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job for all replicas."""
        self._do(SET_PAUSED, [self._key(job)], int(is_paused))

    def close(self) -> None:
        """Close the connection."""
        with suppress(RedisError, OSError):
            self._client.connection_pool.disconnect()

    def _key(self, job: str) -> str:
        return f"{self._namespace_key}:{job}"

    def _do(self, script: str, keys: Sequence[str], *arguments: str | int) -> Sequence[object]:
        # By its text: a name may be one that the server has forgotten, and there is time for one
        # answer only.
        with _telling(self._shown):
            answer = self._client.eval(script, len(keys), *keys, *arguments)
        return answer if isinstance(answer, list) else ()


@contextmanager
def _telling(shown: str) -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        # Without its cause: what redis-py knows of a connection includes the password.
        words = redact(str(error).partition("\n")[0])
        raise LeaseUnavailableError(f"{shown}: {type(error).__name__}: {words}") from None


def _microseconds(seconds: float) -> int:
    return round(seconds * _MICROSECONDS)


def _seconds(word: str) -> float:
    return int(word) / _MICROSECONDS


def _seconds_or_none(word: str) -> float | None:
    return _seconds(word) if word else None


def _granted(request: ClaimRequest, facts: Sequence[str]) -> Granted:
    next_in, token, overdue, is_takeover, success_age, *before = facts
    failures, *grid = before
    return Granted(
        Lease(request.job, request.holder, int(token), request.seconds),
        _seconds(next_in),
        _seconds(overdue),
        is_takeover == "1",
        _seconds_or_none(success_age),
        int(failures),
        _grid(*grid),
    )


def _declined(facts: Sequence[str]) -> Declined:
    next_in, left, is_paused, holder, token, until, success_age, *last = facts
    failures, *grid = last
    return Declined(
        next_in=_seconds(next_in),
        lease_left=_seconds_or_none(left),
        is_paused=is_paused == "1",
        sighting=Sighting(int(token), until) if holder else None,
        holder=holder or None,
        success_age=_seconds_or_none(success_age),
        failures_in_a_row=int(failures),
        grid=_grid(*grid),
    )


def _grid(interval: str, token: str, age: str) -> GridSighting | None:
    return GridSighting(int(token), _seconds(interval), _seconds(age)) if interval else None
