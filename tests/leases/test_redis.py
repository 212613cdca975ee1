"""Leases in Redis: what a server may forget, and what it may refuse."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from chaos.redis_server import FORGETS, REMEMBERS, RedisServer, running_redis
from loopjobs import (
    Declined,
    Granted,
    LeaseEnd,
    LeaseStore,
    LeaseUnavailableError,
    Outcome,
    SystemClock,
)
from loopjobs.leases._opening import check_url, source_of

from .claims import LEASE, OURS, SUCCESS, THEIRS, declined, granted

KEY = "loopjobs:{default}:sweep"


@pytest.fixture(scope="module")
def forgetful() -> Iterator[RedisServer]:
    """A server that remembers nothing when it is killed."""
    with running_redis(*FORGETS) as server:
        yield server


@pytest.fixture
def server(forgetful: RedisServer) -> RedisServer:
    """The same with nothing in it, and as it was configured."""
    with Redis.from_url(forgetful.url) as control:
        control.flushall()
        # What it remembers by is a snapshot that somebody takes; this one is empty.
        control.save()
    return forgetful


@pytest.fixture
def control(server: RedisServer) -> Iterator["Redis"]:
    """What an administrator does."""
    with Redis.from_url(server.url, decode_responses=True) as control:
        yield control


Connect = Callable[..., LeaseStore]


@pytest.fixture
def connect(server: RedisServer) -> Iterator[Connect]:
    """Connect as one more replica does."""
    stores: list[LeaseStore] = []

    def connect(url: str = server.url, timeout: float = 10) -> LeaseStore:
        stores.append(source_of(url, "default", SystemClock()).connect(timeout))
        return stores[-1]

    yield connect
    for store in stores:
        store.close()


def know(store: LeaseStore) -> Granted:
    """Claim what the server does not know, and again when the wait is over."""
    store.claim(replace(OURS, seconds=0.001))
    while isinstance(answer := store.claim(OURS), Declined):
        pass
    return answer


def test_a_server_that_may_have_forgotten_a_lease_lets_it_end_first(connect: Connect) -> None:
    """Whoever asks first waits for one lease, and so do all others; also by hand."""
    store = connect()
    first = declined(store)
    assert (first.next_in, first.holder) == (0, None)
    assert first.lease_left == pytest.approx(LEASE)
    for request in (OURS, THEIRS, replace(THEIRS, is_by_hand=True)):
        answer = declined(connect(), request)
        assert answer.lease_left == pytest.approx(LEASE, abs=60)


def test_when_that_is_over_the_slot_is_granted(connect: Connect) -> None:
    """It has been due since the first claim."""
    answer = know(connect())
    assert not answer.is_takeover
    assert answer.overdue == pytest.approx(0, abs=60)


def test_after_a_restart_that_forgot_everything_nobody_runs_beside_anybody(
    connect: Connect, server: RedisServer, control: "Redis"
) -> None:
    """The holder learns that it has lost its lease, and others wait. The next token is higher."""
    store = connect()
    lost = know(store).lease
    server.restart(*FORGETS)
    assert store.renew([lost]) == []
    assert declined(connect(), THEIRS).lease_left == pytest.approx(LEASE, abs=60)
    control.hset(KEY, "wait_until", 0)
    assert granted(connect(), THEIRS).lease.fencing_token > lost.fencing_token


def test_after_a_restart_from_the_past_nobody_runs_beside_anybody(
    connect: Connect, server: RedisServer, control: "Redis"
) -> None:
    """A snapshot, or a replica that was behind: the job is known and the last claim is not."""
    store = connect()
    store.finish(know(store).lease, LeaseEnd(Outcome.SUCCEEDED, next_in=0))
    control.save()
    lost = granted(store).lease
    server.restart(*FORGETS)
    assert declined(connect(), THEIRS).lease_left == pytest.approx(LEASE, abs=60)
    assert store.renew([lost]) == []
    control.hset(KEY, "wait_until", 0)
    # The slot is run twice: this is what Redis cannot help. The token tells which is the later.
    assert granted(connect(), THEIRS).lease.fencing_token > lost.fencing_token


def test_a_wait_is_not_longer_if_the_clock_goes_back(connect: Connect, control: "Redis") -> None:
    """It is one lease from now at most."""
    store = connect()
    declined(store)
    control.hset(KEY, "wait_until", 2**52)
    assert declined(store).lease_left == pytest.approx(LEASE, abs=60)


def test_nothing_of_a_lease_expires(connect: Connect, control: "Redis") -> None:
    """What expired would be forgotten: the slot with the lease."""
    know(connect())
    assert control.ttl(KEY) == -1


def test_a_lost_script_is_no_loss(connect: Connect, control: "Redis") -> None:
    """It is sent with each call."""
    store = connect()
    lease = know(store).lease
    control.script_flush()
    assert store.renew([lease]) == [lease]


def test_a_key_of_somebody_else_is_named_for_what_it_is(connect: Connect, control: "Redis") -> None:
    """And stays as it is."""
    control.set(KEY, "a string")
    with pytest.raises(LeaseUnavailableError, match=r"^unix:///.*WRONGTYPE"):
        connect().claim(OURS)
    assert control.get(KEY) == "a string"


def test_a_password_that_is_refused_is_not_told(
    connect: Connect, server: RedisServer, control: "Redis"
) -> None:
    """Whatever the server or the driver say of it."""
    control.acl_setuser("app", enabled=True, passwords=["+right"], keys="*", commands=["+@all"])
    for secret in ("?username=app&password=wr0ng-secret", ""):
        url = f"{server.url}{secret}" if secret else server.url.replace("//", "//app:wr0ng-secret@")
        with pytest.raises(LeaseUnavailableError, match="AuthenticationError") as caught:
            connect(url)
        assert "wr0ng" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_user_who_may_not_ask_for_facts_can_keep_leases(
    connect: Connect, server: RedisServer, control: "Redis", caplog: pytest.LogCaptureFixture
) -> None:
    """Managed servers are like that. Somebody has to know."""
    commands = ["+@all", "-info"]
    control.acl_setuser("app", enabled=True, passwords=["+right"], keys="*", commands=commands)
    store = connect(f"{server.url}?username=app&password=right")
    assert "its user may not ask INFO" in caplog.text
    lease = know(store).lease
    assert store.renew([lease]) == [lease]


def test_the_rights_of_the_how_to_are_enough(
    connect: Connect, server: RedisServer, control: "Redis"
) -> None:
    """As they stand there."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "run-once-in-the-cluster.md"
    found = re.search(r"ACL SETUSER shop (.*?)`", page.read_text())
    assert found is not None
    control.execute_command("ACL", "SETUSER", "shop", "reset", *found[1].split())  # type: ignore[no-untyped-call] # theirs
    store = connect(f"{server.url}?username=shop&password=password")
    store.set_paused("sweep", is_paused=False)
    lease = know(store).lease
    assert store.renew([lease]) == [lease]
    store.finish(lease, SUCCESS)


def test_a_server_that_is_away_is_named(connect: Connect) -> None:
    """With what the system says of it."""
    with pytest.raises(LeaseUnavailableError, match=r"^redis://127\.0\.0\.1:1/3: .* refused"):
        connect("redis://someone:secret@127.0.0.1:1/3")


def test_a_server_that_is_silent_is_given_up(connect: Connect, control: "Redis") -> None:
    """In the time that a call has, whatever the URL says."""
    store = connect(timeout=0.05)
    control.client_pause(300)
    with pytest.raises(LeaseUnavailableError, match="TimeoutError"):
        store.claim(OURS)


def test_a_connection_that_was_closed_meanwhile_is_made_anew(
    connect: Connect, control: "Redis"
) -> None:
    """Servers and networks close those that are idle; that costs no slot."""
    store = connect()
    lease = know(store).lease
    control.client_kill_filter(_type="normal", skipme=True)
    assert store.renew([lease]) == [lease]


def test_what_a_server_may_forget_is_said_once(
    connect: Connect, server: RedisServer, control: "Redis", caplog: pytest.LogCaptureFixture
) -> None:
    """To whoever reads the log, not with each connection."""
    control.config_set("maxmemory-policy", "allkeys-lru")
    try:
        source = source_of(server.url, "default", SystemClock())
        for _ in range(2):
            source.connect(10).close()
    finally:
        control.config_set("maxmemory-policy", "noeviction")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "maxmemory-policy is allkeys-lru" in record.getMessage()
    assert "appendonly is off" in record.getMessage()


def test_a_replica_is_refused(connect: Connect, control: "Redis") -> None:
    """It would take no claim, and knows the past at best."""
    control.replicaof("127.0.0.1", 1)
    try:
        with pytest.raises(LeaseUnavailableError, match="is a replica; leases need its primary"):
            connect()
    finally:
        control.replicaof("NO", "ONE")


def test_namespaces_know_nothing_of_each_other(server: RedisServer, control: "Redis") -> None:
    """Whatever is in their names; all jobs of one are in one slot of a cluster."""
    for namespace in ("a", "a}:b", "\u00e9 {"):
        store = source_of(server.url, namespace, SystemClock()).connect(10)
        know(store)
        store.close()
    keys = sorted(control.keys("*:sweep"))
    assert keys == [
        "loopjobs:{%C3%A9%20%7B}:sweep", "loopjobs:{a%7D%3Ab}:sweep", "loopjobs:{a}:sweep"
    ]  # fmt: skip


@pytest.mark.parametrize("url", ["redis://", "redis:///0", "redis://host:port", "rediss:host"])
def test_a_url_without_a_server_is_refused(url: str) -> None:
    """When the settings are read."""
    with pytest.raises(ValueError, match=r"redis://localhost:6379/0"):
        check_url(url)


def test_a_url_of_something_else_is_told_what_there_is() -> None:
    """Three kinds of stores."""
    with pytest.raises(ValueError, match=r"postgresql://, redis:// or sqlite:///"):
        check_url("mysql://localhost/leases")


@pytest.fixture
def persistent() -> Iterator[RedisServer]:
    """A server with nothing in it that writes everything down."""
    with running_redis(*REMEMBERS) as server:
        yield server


def test_a_server_that_writes_everything_down_forgets_nothing_when_it_is_killed(
    connect: Connect, persistent: RedisServer
) -> None:
    """The lease is still there, and so is the slot."""
    store = connect(persistent.url)
    lease = know(store).lease
    persistent.restart(*REMEMBERS)
    assert store.renew([lease]) == [lease]
    assert declined(connect(persistent.url), THEIRS).holder == "ours"


def test_what_is_flushed_is_forgotten_by_a_server_that_writes_everything_down(
    connect: Connect, persistent: RedisServer
) -> None:
    """It no longer knows us at all: so the job is not taken for a new one."""
    store = connect(persistent.url)
    lost = know(store).lease
    with Redis.from_url(persistent.url) as control:
        control.flushall()
        for request in (THEIRS, replace(THEIRS, job="another", seconds=2 * LEASE)):
            left = declined(connect(persistent.url), request).lease_left
            assert left == pytest.approx(request.seconds, abs=60)
        assert store.renew([lost]) == []
        control.hset("loopjobs:{default}", "since", 0)
    new = replace(THEIRS, job="new since then")
    assert granted(store, new).lease.fencing_token > lost.fencing_token
