"""What APScheduler itself has written into its table is read out of its pickles."""

import pickle
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopjobs.migration import Inventory, Move, Verdict, read_database, take_stock
from loopjobs.migration._tables.pickle_facts import Inert, UnreadablePickleError, read_pickle

from .conftest import topics

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def restock(warehouse: str = "", *, api_key: str = "") -> None:
    """Be what APScheduler runs."""


@pytest.fixture(scope="module", params=[2, pickle.HIGHEST_PROTOCOL])
def url(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> str:
    """A database with jobs of a real scheduler, which was never let run."""
    url = f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'jobs.db'}"
    store = SQLAlchemyJobStore(url=url, pickle_protocol=request.param)
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone="Europe/Berlin")
    scheduler.start(paused=True)
    add = scheduler.add_job
    add(restock, "interval", minutes=10, id="plain")
    add(restock, "interval", seconds=90, id="data", args=["north"], kwargs={"api_key": "hunter2"})
    add(restock, "interval", hours=1, id="many", max_instances=3, jitter=30)
    add(restock, "cron", id="nightly", day_of_week="mon-fri", hour=2, minute="*/20", coalesce=False)
    add(restock, "cron", id="first", day="1st mon", hour=3, timezone="America/Chicago")
    add(restock, "cron", id="last", day="last", month="jan,jun-aug", hour="9-17/2")
    add(restock, CronTrigger.from_crontab("*/5 * * * *", timezone="UTC"), id="often")
    add(restock, "cron", id="weekly", week="1-10")
    add(restock, "date", run_date="2027-01-01 00:00:00", id="once")
    add(restock, OrTrigger([IntervalTrigger(days=1), IntervalTrigger(days=2)]), id="either")
    add(restock, "interval", minutes=1, id="paused", next_run_time=None, misfire_grace_time=None)
    scheduler.shutdown()
    return url


@pytest.fixture
def inventory(url: str) -> Inventory:
    """What the kit says about them."""
    return take_stock(read_database(url, NOW))


def by_id(inventory: Inventory, name: str) -> Move:
    """Return the entry of the job with that id."""
    return next(move for move in inventory.moves if move.old_identity == name)


def test_intervals_move_as_they_are(inventory: Inventory) -> None:
    """The first run comes after the first interval, and no run overlaps another."""
    plain = by_id(inventory, "plain")
    assert plain.verdict is Verdict.AS_IT_IS
    assert plain.settings == {"IntervalInSeconds": 600, "InitialDelayInSeconds": 600}
    assert plain.class_name == "Restock"


def test_arguments_become_options_and_secrets_stay_out(inventory: Inventory) -> None:
    """By their names, or numbered."""
    data = by_id(inventory, "data")
    assert data.settings["Argument1"] == "north"
    assert "hunter2" not in repr(data)
    assert "api_key: SecretStr" in inventory.code


def test_several_instances_and_jitter_are_kept(inventory: Inventory) -> None:
    """As far as they are the same here."""
    many = by_id(inventory, "many")
    assert many.settings == {
        "IntervalInSeconds": 3600,
        "InitialDelayInSeconds": 3600,
        "JitterInSeconds": 30,
        "SkipIfRunning": False,
        "MaxConcurrentRuns": 3,
    }
    assert topics(many) == {"overlap", "start-and-end"}


@pytest.mark.parametrize(
    ("name", "cron", "zone"),
    [
        ("nightly", "*/20 2 * * MON-FRI", "Europe/Berlin"),
        ("first", "0 3 * * MON#1", "America/Chicago"),
        ("last", "0 9-17/2 L 1,6-8 *", "Europe/Berlin"),
        ("often", "*/5 * * * *", None),
    ],
)
def test_cron_triggers_are_translated(
    inventory: Inventory, name: str, cron: str, zone: str | None
) -> None:
    """Field by field, Monday being 0."""
    settings = by_id(inventory, name).settings
    assert (settings["Cron"], settings.get("TimeZone")) == (cron, zone)


@pytest.mark.parametrize("name", ["weekly", "once", "either"])
def test_what_has_no_counterpart_stays(inventory: Inventory, name: str) -> None:
    """With its reason."""
    move = by_id(inventory, name)
    assert (move.verdict, topics(move)) == (Verdict.STAYS, {"what-cannot-move"})


def test_a_paused_job_comes_disabled(inventory: Inventory) -> None:
    """And what it could be late by is told."""
    paused = by_id(inventory, "paused")
    assert paused.settings["Enabled"] is False
    assert topics(paused) == {"paused-triggers", "misfires"}


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(),
              st.binary()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.tuples(inner, inner),
        st.tuples(inner, inner, inner, inner),
    ),
    max_leaves=8,
)  # fmt: skip


@given(value=PLAIN, protocol=st.integers(3, pickle.HIGHEST_PROTOCOL))
def test_plain_values_are_read_as_they_are(value: object, protocol: int) -> None:
    """In each protocol that has them."""
    assert read_pickle(pickle.dumps(value, protocol)) == value


@given(content=st.one_of(st.binary(max_size=40), st.binary(max_size=40).map(b"\x80\x05".__add__)))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """And nothing else comes of them."""
    with suppress(UnreadablePickleError):
        read_pickle(content)


class Unusual:
    """Is made by keywords."""

    def __getnewargs_ex__(self) -> tuple[tuple[int], dict[str, int]]:
        return (1,), {"two": 2}


def test_an_object_that_is_made_by_keywords_is_known_by_its_class() -> None:
    """The keywords say nothing that a schedule needs."""
    read = read_pickle(pickle.dumps(Unusual(), pickle.HIGHEST_PROTOCOL))
    assert isinstance(read, Inert)
    assert (read.kind, read.arguments) == ("Unusual", (1,))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pickle.dumps(bytes(1_000_000)), "larger than a megabyte"),
        (pickle.dumps([1] * 50_000), "too long"),
        (pickle.dumps({(1, 2): 3}), "keys that are no plain values"),
        (b"\x80\x02.", "more from its stack than there is"),
        (b"\x80\x02]K\x01K\x02s.", "puts items into what is no dict"),
        (b"\x80\x02}K\x01a.", "appends to what is no list"),
        (b"\x80\x02K\x01}b.", "gives a state to what is no object"),
        (b"\x80\x02K\x01)R.", "makes an object of what is no class"),
        (b"Pname\n.", "the opcode PERSID, which is not read here"),
        (b"\x80\x02h\x07.", "broken: KeyError"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_pickle_that_cannot_be_read_is_refused_with_the_reason(
    content: bytes, reason: str
) -> None:
    """Too large, too long, or nonsense: it costs little to find out."""
    with pytest.raises(UnreadablePickleError, match=reason):
        read_pickle(content)


def with_one_job(folder: Path, content: bytes) -> Inventory:
    """Take stock of a job store with this job in it."""
    file = folder / "jobs.sqlite"
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE apscheduler_jobs (id, next_run_time, job_state)")
        connection.execute("INSERT INTO apscheduler_jobs VALUES ('a', 1.0, ?)", (content,))
        connection.commit()
    return take_stock(read_database(f"sqlite:///{file}", NOW))


@cache
def states() -> list[bytes]:
    """Return pickled states of jobs, as APScheduler makes them."""
    triggers = [
        CronTrigger.from_crontab("*/5 1-3 * jan mon-fri", timezone="UTC"),
        CronTrigger(day="1st mon,last sun", hour="1-5/2", timezone="Europe/Berlin"),
        IntervalTrigger(minutes=5, start_date="2026-01-01", jitter=3, timezone="UTC"),
    ]
    job = {"func": "a:b", "args": ("x",), "kwargs": {"y": 1}, "executor": "p"}
    protocols = range(2, pickle.HIGHEST_PROTOCOL + 1)
    return [pickle.dumps({"trigger": each, **job}, n) for each in triggers for n in protocols]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_pickle_that_was_tampered_with_is_read_or_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    """And the rest of the table is read all the same."""
    content = bytearray(data.draw(st.sampled_from(states())))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    inventory = with_one_job(tmp_path, bytes(content))
    assert len(inventory.moves) == 1
    compile(inventory.code, "moved", "exec")
