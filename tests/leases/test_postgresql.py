"""What only leases in PostgreSQL have: the table, its durability, and a server to lose."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from chaos.forwarder import Forwarder
from chaos.server import socket_file, through_port
from loopjobs import (
    Clock,
    Declined,
    Granted,
    LeaseEnd,
    LeaseStoreSource,
    LeaseUnavailableError,
    Outcome,
    SystemClock,
)
from loopjobs.leases._opening import source_of
from servicekit.testing import Templates
from servicekit.testing.places import PostgresqlPlace
from servicekit.testing.postgresql_server import as_conninfo

from .benches import TIMEOUT, PostgresqlBench
from .claims import OURS, SUCCESS, granted
from .conftest import Places
from .pooler import PoolerWithoutOptions

SOON = 0.3
WAITING = """
    SELECT 1 FROM pg_stat_activity WHERE query LIKE %s AND wait_event_type = 'Lock'
        AND clock_timestamp() - query_start > make_interval(secs => %s)
"""
"""That a claim waits for others, and has for longer than so many seconds on the server's clock."""


@pytest.fixture
def empty_url(places: Places, templates: Templates) -> Iterator[str]:
    """A database without tables."""
    with templates.empty("postgresql") as url:
        yield url


def row(bench: PostgresqlBench, columns: str) -> tuple[object, ...]:
    query = f"SELECT {columns} FROM loopjobs_leases WHERE namespace = %s"  # noqa: S608 - our own
    found = bench.control.execute(query.encode(), [bench.namespace]).fetchone()
    assert found is not None
    return found


@pytest.fixture
def is_waiting(postgresql: PostgresqlBench) -> Iterator[Callable[[float], bool]]:
    """Whether a claim waits for others, and has for longer than so many seconds."""
    with psycopg.connect(as_conninfo(postgresql.url), autocommit=True) as observer:

        def is_so(seconds: float) -> bool:
            found = observer.execute(WAITING, ["%ours AS MATERIALIZED%", seconds])
            return found.fetchone() is not None

        yield is_so


def test_replicas_that_start_at_once_make_one_table(empty_url: str) -> None:
    """Also within the instant in which none of them sees it yet."""
    at_once = threading.Barrier(4)

    def start(number: int) -> bool:
        at_once.wait()
        store = source_of(empty_url, "shop", SystemClock()).connect(TIMEOUT)
        try:
            return isinstance(store.claim(OURS), Granted)
        finally:
            store.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(start, range(4))) == 1


def test_a_table_that_does_not_survive_a_crash_is_refused(empty_url: str) -> None:
    """It would be empty after it, and every slot due again."""
    source = source_of(empty_url, "shop", SystemClock())
    source.connect(TIMEOUT).close()
    with psycopg.connect(as_conninfo(empty_url), autocommit=True) as connection:
        connection.execute("ALTER TABLE loopjobs_leases SET UNLOGGED")
    with pytest.raises(LeaseUnavailableError, match="SET LOGGED"):
        source.connect(TIMEOUT)


def test_a_user_who_may_not_make_tables_lives_on_one_that_is_there(empty_url: str) -> None:
    """Only rows of it are read, added and changed; none is deleted."""
    source_of(empty_url, "shop", SystemClock()).connect(TIMEOUT).close()
    with psycopg.connect(as_conninfo(empty_url), autocommit=True) as connection:
        connection.execute("CREATE ROLE loopjobs_test_clerk LOGIN PASSWORD 'hunter2'")
        connection.execute("GRANT SELECT, INSERT, UPDATE ON loopjobs_leases TO loopjobs_test_clerk")
        try:
            given = psycopg.conninfo.conninfo_to_dict(as_conninfo(empty_url))
            url = (
                f"postgresql://loopjobs_test_clerk:hunter2@/{given['dbname']}?host={given['host']}"
            )
            store = source_of(url, "shop", SystemClock()).connect(TIMEOUT)
            store.finish(granted(store).lease, SUCCESS)
            store.close()
        finally:
            connection.execute("DROP OWNED BY loopjobs_test_clerk")
            connection.execute("DROP ROLE loopjobs_test_clerk")


def test_a_claim_waits_for_the_disk_whatever_the_server_is_set_to(empty_url: str) -> None:
    """The server of the tests does not; a slot whose claim a crash takes back would run twice."""
    store = source_of(empty_url, "shop", SystemClock()).connect(TIMEOUT)
    with psycopg.connect(as_conninfo(empty_url), autocommit=True) as connection:
        connection.execute("CREATE TABLE seen (durability TEXT)")
        connection.execute(
            "CREATE FUNCTION see() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER see AFTER UPDATE ON loopjobs_leases"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION see()"
        )
        lease = granted(store).lease
        store.finish(lease, SUCCESS)
        store.close()
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("off",)
        assert connection.execute("SELECT * FROM seen").fetchall() == [("on",), ("on",)]


def test_a_token_is_not_used_again_after_its_row_was_lost(postgresql: PostgresqlBench) -> None:
    """A standby that takes over may not know the last claims: tokens follow the clock as well."""
    store = postgresql.connect()
    lost = granted(store).lease.fencing_token
    postgresql.control.execute("DELETE FROM loopjobs_leases")
    assert granted(store).lease.fencing_token > lost


def test_a_token_grows_although_the_clock_has_gone_back(postgresql: PostgresqlBench) -> None:
    """By one, if it must be."""
    store = postgresql.connect()
    store.finish(granted(store).lease, LeaseEnd(Outcome.CANCELLED, next_in=0))
    ahead = 2**60
    postgresql.control.execute("UPDATE loopjobs_leases SET fencing_token = %s", [ahead])
    assert granted(store).lease.fencing_token == ahead + 1


def test_the_row_says_what_became_of_the_job(postgresql: PostgresqlBench) -> None:
    """For people, without the secrets that errors carry."""
    store = postgresql.connect()
    now = LeaseEnd(Outcome.SUCCEEDED, next_in=0)
    store.finish(granted(store).lease, now)
    failed = LeaseEnd(Outcome.FAILED, "no way to db://ada:hunter2@host " + "x" * 9_000, next_in=0)
    for _ in range(2):
        store.finish(granted(store).lease, failed)
    columns = "outcome, failures_in_a_row, leases_granted, leases_taken_over, holder"
    assert row(postgresql, columns) == ("failed", 2, 3, 0, None)
    assert row(postgresql, "last_success_at < finished_at, started_at < finished_at") == (True,) * 2
    (error,) = row(postgresql, "error")
    assert str(error).startswith("no way to db://***@host")
    assert len(str(error)) == 500
    store.finish(granted(store).lease, now)
    assert row(postgresql, "outcome, error, failures_in_a_row") == ("succeeded", None, 0)
    granted(store)
    postgresql.step(20_000)
    granted(store)
    assert row(postgresql, "leases_taken_over") == (1,)


def test_namespaces_share_a_table_and_nothing_else(
    postgresql: PostgresqlBench, places: Places
) -> None:
    """Two services may have a job of the same name."""
    lease = granted(postgresql.connect()).lease
    other = source_of(postgresql.url, "elsewhere", SystemClock()).connect(TIMEOUT)
    other.set_paused("sweep", is_paused=True)
    assert other.renew([lease]) == []
    other.close()
    assert row(postgresql, "is_paused") == (False,)


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    """Host and database are what whoever is called at night needs."""
    source = source_of("postgresql://ada:hunter2@127.0.0.1:1/shop", "shop", SystemClock())
    with pytest.raises(LeaseUnavailableError) as away:
        source.connect(SOON)
    assert "postgresql://127.0.0.1:1/shop" in str(away.value)
    assert "hunter2" not in repr(away.value) + str(away.value.__cause__)


def test_a_database_that_takes_no_writes_is_none_for_leases(
    empty_url: str, templates: Templates
) -> None:
    """It may be a standby: it would know the past at best."""
    with psycopg.connect(as_conninfo(empty_url), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(
            f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode()
        )
    with pytest.raises(LeaseUnavailableError, match="read-only"):
        source_of(empty_url, "shop", SystemClock()).connect(TIMEOUT)


def test_connections_that_the_server_ends_are_unavailable(
    postgresql: PostgresqlBench, templates: Templates
) -> None:
    """Every verb says so; whoever asked connects again."""
    store = postgresql.connect()
    lease = granted(store).lease
    place = templates.place("postgresql")
    assert isinstance(place, PostgresqlPlace)
    postgresql.control.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name = 'loopjobs leases'"
    )
    for verb in (
        lambda: store.claim(OURS),
        lambda: store.renew([lease]),
        lambda: store.finish(lease, SUCCESS),
        lambda: store.set_paused("sweep", is_paused=True),
    ):
        with pytest.raises(LeaseUnavailableError):
            verb()
    assert postgresql.connect().renew([lease]) == [lease]


def source_through(way: Forwarder, bench: PostgresqlBench, clock: Clock) -> LeaseStoreSource:
    return source_of(through_port(bench.url, way.port), bench.namespace, clock)


@pytest.mark.smoke
def test_a_server_that_is_silent_is_given_up(postgresql: PostgresqlBench) -> None:
    """It holds the connection open and never answers: frozen, or behind a wall."""
    with Forwarder(socket_file(postgresql.url)) as way:
        source = source_through(way, postgresql, SystemClock())
        store = source.connect(SOON)
        granted(store)
        way.silence()
        clock = SystemClock()
        begun = clock.monotonic()
        with pytest.raises(LeaseUnavailableError, match="no answer in time"):
            store.claim(OURS)
        assert clock.monotonic() - begun < 5
        store.close()


class HastyClock(SystemClock):
    """A clock on which ten seconds pass between any two looks at it."""

    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        """Return the time, which is later than the last."""
        self.time += 10.0
        return self.time


@pytest.mark.smoke
@pytest.mark.timeout(30)
def test_a_server_that_does_not_even_greet_is_given_up(postgresql: PostgresqlBench) -> None:
    """By the clock that all calls are bounded by, not by the time-outs of the driver."""
    with Forwarder(socket_file(postgresql.url)) as way:
        way.silence()
        source = source_through(way, postgresql, HastyClock())
        with pytest.raises(LeaseUnavailableError, match="no connection in time"):
            source.connect(60.0)


@pytest.mark.smoke
def test_a_claim_that_waited_too_long_for_others_is_refused(
    postgresql: PostgresqlBench, is_waiting: Callable[[float], bool]
) -> None:
    """Whoever sent it has gone; a lease that nobody knows of would cost a slot."""
    with PoolerWithoutOptions(socket_file(postgresql.url)) as pooler:
        source = source_through(pooler, postgresql, SystemClock())
        store = source.connect(SOON)
        assert pooler.refused == 1
        store.set_paused("sweep", is_paused=False)
        with postgresql.control.transaction():
            postgresql.control.execute("LOCK TABLE loopjobs_leases")
            with pytest.raises(LeaseUnavailableError):
                store.claim(OURS)
            # It may have arrived long after it was sent; the server counts from then.
            while not is_waiting(SOON):
                time.sleep(0.01)
        store.close()
    # The statement is still on the server, and is done when the lock is free.
    with postgresql.control.transaction():
        postgresql.control.execute("LOCK TABLE loopjobs_leases")
        assert row(postgresql, "leases_granted") == (0,)


@pytest.mark.smoke
def test_a_statement_that_waits_for_others_ends_on_the_server_too(
    postgresql: PostgresqlBench, is_waiting: Callable[[float], bool]
) -> None:
    """Otherwise each further try would leave a connection behind there."""
    store = source_of(postgresql.url, postgresql.namespace, SystemClock()).connect(SOON)
    with postgresql.control.transaction():
        postgresql.control.execute("LOCK TABLE loopjobs_leases")
        with pytest.raises(LeaseUnavailableError):
            store.claim(OURS)
        store.close()
        while is_waiting(0):
            time.sleep(0.01)


def test_a_pooler_that_takes_no_options_will_do(postgresql: PostgresqlBench) -> None:
    """Nothing depends on a connection being the same from one statement to the next."""
    with PoolerWithoutOptions(socket_file(postgresql.url)) as pooler:
        store = source_through(pooler, postgresql, SystemClock()).connect(TIMEOUT)
        assert isinstance(store.claim(OURS), Granted)
        assert isinstance(store.claim(OURS), Declined)
        store.close()
    assert pooler.refused == 1
