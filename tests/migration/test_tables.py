"""Tables of old schedulers are read in both databases; nothing in them is brought to life."""

import os
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from loopjobs.migration import Inventory, MigrationError, Verdict, read_database, take_stock
from servicekit.testing import Templates
from servicekit.testing.fixtures import on_sqlite

from .conftest import of, topics
from .old_tables import HANGFIRE, QUARTZ, OldTables

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TICKS_OF_A_SECOND = 10_000_000
BEGIN = datetime(1, 1, 1, tzinfo=UTC)

Fill = Callable[..., None]


@pytest.fixture(scope="session")
def servers(templates: Templates) -> None:
    """Start the servers before the tests, each of which is held to leave nothing open."""
    for kind in ("sqlite", "postgresql"):
        templates.place(kind)


@pytest.fixture
def tables(servers: None, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> OldTables:
    """An empty database; its password, if it has one, is where it belongs."""
    password = urlsplit(empty_database_url).password
    if password is None:
        return OldTables(empty_database_url)
    monkeypatch.setenv("PGPASSWORD", password)
    return OldTables(empty_database_url.replace(f":{password}@", "@"))


@pytest.fixture
def job(tables: OldTables) -> Fill:
    """Put a job of Quartz with one trigger into the tables."""
    tables.create(QUARTZ)

    def job(name: str, kind: str, details: dict[str, object], **columns: object) -> None:
        of_job = {
            "job_class_name": f"Shop.{name}, Shop",
            "is_nonconcurrent": True,
            "is_update_data": False,
            "requests_recovery": False,
            "job_data": None,
        }
        of_trigger = {
            "priority": 5,
            "trigger_state": "WAITING",
            "trigger_type": kind,
            "start_time": ticks(NOW - timedelta(days=1)),
            "end_time": 0,
            "misfire_instr": 0,
        }
        of_job |= {key: value for key, value in columns.items() if key in of_job}
        of_trigger |= {key: value for key, value in columns.items() if key not in of_job}
        key = {"sched_name": "Shop", "job_name": name, "job_group": "DEFAULT"}
        own = {"sched_name": "Shop", "trigger_name": f"{name}-t", "trigger_group": "DEFAULT"}
        table = {"SIMPLE": "simple", "CRON": "cron"}.get(kind, "simprop")
        tables.insert("qrtz_job_details", key | of_job)
        tables.insert("qrtz_triggers", own | key | of_trigger)
        tables.insert(f"qrtz_{table}_triggers", own | details)

    return job


def ticks(moment: datetime) -> int:
    """Count as .NET does."""
    return int((moment - BEGIN).total_seconds()) * TICKS_OF_A_SECOND


def stock(tables: OldTables) -> Inventory:
    """Take stock of what is there."""
    return take_stock(read_database(tables.url, NOW))


TEN_SECONDS = {"repeat_count": -1, "repeat_interval": 10_000, "times_triggered": 3}


def test_a_job_that_forbids_overlap_moves_as_it_is(tables: OldTables, job: Fill) -> None:
    """The tables know what the files do not."""
    job("Sweep", "SIMPLE", TEN_SECONDS)
    move = of(stock(tables), "Sweep")
    assert (move.verdict, move.settings) == (Verdict.AS_IT_IS, {"IntervalInSeconds": 10})


def test_runs_that_may_overlap_still_may(tables: OldTables, job: Fill) -> None:
    """Which is said."""
    job("Sweep", "SIMPLE", TEN_SECONDS, is_nonconcurrent=False)
    move = of(stock(tables), "Sweep")
    assert (move.settings["SkipIfRunning"], topics(move)) == (False, {"overlap"})


def test_a_cluster_becomes_one_replica(tables: OldTables, job: Fill) -> None:
    """Only schedulers of a cluster check in; overlap is not to be had then."""
    job("Sweep", "SIMPLE", TEN_SECONDS, is_nonconcurrent=False)
    tables.insert("qrtz_scheduler_state", {"sched_name": "Shop", "instance_name": "one"})
    move = of(stock(tables), "Sweep")
    assert move.settings == {"IntervalInSeconds": 10, "RunOn": "OneReplica"}


@pytest.mark.parametrize(
    ("kind", "details", "settings"),
    [
        (
            "CRON",
            {"cron_expression": "0 0 3 ? * SUN", "time_zone_id": "Europe/Paris"},
            {"Cron": "0 3 * * SUN", "TimeZone": "Europe/Paris"},
        ),
        ("CAL_INT", {"str_prop_1": "Hour", "int_prop_1": 2}, {"IntervalInSeconds": 7200}),
        (
            "DAILY_I",
            {
                "str_prop_1": "Minute",
                "int_prop_1": 30,
                "str_prop_2": "1,2,3,4,5",
                "str_prop_3": "9,0,0,17,30,0",
                "long_prop_1": -1,
                "time_zone_id": "UTC",
            },
            {"Cron": "0,30 9-17 * * MON-FRI"},
        ),
        ("CAL_INT", {"str_prop_1": "Month", "int_prop_1": 1}, {}),
        ("BLOB", {}, {}),
    ],
)
def test_each_kind_of_trigger(
    tables: OldTables, job: Fill, kind: str, details: dict[str, object], settings: object
) -> None:
    """What is a serialized object cannot move."""
    job("Sweep", kind, details)
    assert of(stock(tables), "Sweep").settings == settings


@on_sqlite
@pytest.mark.parametrize(
    ("columns", "topic"),
    [
        ({"trigger_state": "PAUSED"}, "paused-triggers"),
        ({"trigger_state": "ERROR"}, "state-and-recovery"),
        ({"priority": 9}, "priorities"),
        ({"calendar_name": "Holidays"}, "calendars"),
        ({"misfire_instr": -1}, "misfires"),
        ({"start_time": ticks(NOW + timedelta(days=1))}, "start-and-end"),
        ({"end_time": ticks(NOW + timedelta(days=1))}, "start-and-end"),
        ({"is_update_data": True}, "state-and-recovery"),
        ({"requests_recovery": True}, "state-and-recovery"),
        ({"end_time": ticks(NOW - timedelta(days=1))}, "what-cannot-move"),
        ({"trigger_state": "COMPLETE"}, "what-cannot-move"),
    ],
)
def test_what_is_different_is_said(
    tables: OldTables, job: Fill, columns: dict[str, object], topic: str
) -> None:
    """By the column that says it."""
    job("Sweep", "SIMPLE", TEN_SECONDS, **columns)
    assert topics(of(stock(tables), "Sweep")) == {topic}


@on_sqlite
@pytest.mark.parametrize(
    ("blob", "settings"),
    [
        (b'{"$type": "X", "Limit": "7", "Names": ["a"]}', {"Limit": 7, "Names": "a"}),
        (b"#Mon Jun 01\nlimit=7\npath=C\\:\\\\x\n", {"Limit": 7, "Path": "C:\\x"}),
    ],
)
def test_job_data_in_json_and_properties_is_read(
    tables: OldTables, job: Fill, blob: bytes, settings: dict[str, object]
) -> None:
    """It becomes options."""
    job("Sweep", "SIMPLE", TEN_SECONDS, job_data=blob)
    assert of(stock(tables), "Sweep").settings == {"IntervalInSeconds": 10, **settings}


@on_sqlite
@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (b"\x00\x01\x00\x00\x00\xff\xff\xff\xff\x01\x00", "an object of .NET in binary"),
        (b"\xac\xed\x00\x05sr\x00", "an object of Java"),
        (b"\x80\x05\xff", "it is binary"),
        (b"{broken", "not the JSON that it begins like"),
        (b"free text", "neither JSON nor properties"),
    ],
)
def test_serialized_objects_are_not_read(
    tables: OldTables, job: Fill, blob: bytes, why: str
) -> None:
    """Which is said, with what they are."""
    job("Sweep", "SIMPLE", TEN_SECONDS, job_data=blob)
    move = of(stock(tables), "Sweep")
    assert move.settings == {"IntervalInSeconds": 10}
    assert any(why in finding.what for finding in move.findings)


@on_sqlite
def test_times_in_milliseconds_are_read_as_well(tables: OldTables, job: Fill) -> None:
    """So Quartz writes them in Java."""
    end = int((NOW - timedelta(days=1)).timestamp() * 1000)
    job("Sweep", "SIMPLE", TEN_SECONDS, end_time=end)
    assert topics(of(stock(tables), "Sweep")) == {"what-cannot-move"}


def test_recurring_jobs_of_hangfire_are_read(tables: OldTables) -> None:
    """Out of its hashes."""
    kind = "sqlite" if tables.is_sqlite else "postgresql"
    tables.create(HANGFIRE[kind])
    fields = {
        "Cron": "0 7 * * 1-5",
        "TimeZoneId": "W. Europe Standard Time",
        "Job": '{"Type": "Shop.Reports, Shop", "Method": "Send"}',
        "Queue": "default",
        "Misfire": "0",
    }
    table = '"Hash"' if tables.is_sqlite else "hangfire.hash"
    for field, value in fields.items():
        tables.insert(table, {"key": "recurring-job:daily-report", "field": field, "value": value})
    tables.insert(table, {"key": "recurring-jobs:lock", "field": "x", "value": "y"})
    (move,) = stock(tables).moves
    assert (move.name, move.old_code) == ("DailyReport", "Shop.Reports.Send")
    assert move.settings == {
        "Cron": "0 7 * * MON-FRI",
        "TimeZone": "Europe/Berlin",
        "RunOn": "OneReplica",
    }


def test_a_database_without_such_tables_is_told(tables: OldTables) -> None:
    """With what else it could be."""
    with pytest.raises(MigrationError, match=r"has no jobs of Quartz, .* --table-prefix"):
        read_database(tables.url, NOW)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://me:hunter2@db/shop", "every user of the machine can see"),
        ("postgresql://db/shop?password=hunter2", "every user of the machine can see"),
        ("mysql://db/shop", "must begin with sqlite"),
        ("postgresql://localhost:1/shop", r"localhost:1/shop: cannot be read: .*refused"),
        ("sqlite:////nowhere/at/all.db", "cannot be read: unable to open"),
    ],
)
def test_a_wrong_url_is_told_without_its_secrets(url: str, message: str) -> None:
    """And what to do instead."""
    with pytest.raises(MigrationError, match=message) as caught:
        read_database(url, NOW)
    assert "hunter2" not in str(caught.value)


def test_a_prefix_that_is_no_name_is_refused(tables: OldTables) -> None:
    """It stands in statements as it is."""
    with pytest.raises(MigrationError, match="is not the name of a table"):
        read_database(tables.url, NOW, table_prefix="x; DROP TABLE y; --")


@pytest.mark.parametrize(
    ("policy", "section"),
    [
        (1, {}),
        (2, {"SkipIfRunning": False, "MaxConcurrentRuns": 1}),
        (19, {}),
        (4, {"SkipIfRunning": False}),
        (0, {"SkipIfRunning": False}),
    ],
)
def test_columns_of_other_versions_may_be_there_or_not(
    tables: OldTables, job: Fill, policy: int, section: dict[str, object]
) -> None:
    """The policy of a trigger came with Quartz 4.3, the zone of a simple property with 2.6."""
    tables.create(
        "ALTER TABLE qrtz_triggers ADD COLUMN overlap_policy INTEGER;"
        "ALTER TABLE qrtz_simprop_triggers DROP COLUMN time_zone_id"
    )
    details = {"str_prop_1": "Hour", "int_prop_1": 2}
    job("Sweep", "CAL_INT", details, is_nonconcurrent=False, overlap_policy=policy)
    assert of(stock(tables), "Sweep").settings == {"IntervalInSeconds": 7200, **section}


def test_another_prefix_is_found(tables: OldTables) -> None:
    """In any case, and with a schema where there are some."""
    tables.create(QUARTZ.replace("qrtz_", "jobs_"))
    key = {"sched_name": "Shop", "job_name": "Sweep", "job_group": "DEFAULT"}
    tables.insert("jobs_job_details", {**key, "job_class_name": "Shop.Sweep"})
    prefix = "JOBS_" if tables.is_sqlite else "public.jobs_"
    (found,) = read_database(tables.url, NOW, table_prefix=prefix)
    assert [job.name for job in found.jobs] == ["Sweep"]


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_never_loaded(tables: OldTables, tmp_path: Path) -> None:
    """Whatever would happen then does not."""
    tables.create(
        "CREATE TABLE apscheduler_jobs (id TEXT, next_run_time DOUBLE PRECISION, job_state BLOB)"
    )
    sprung = tmp_path / "sprung"
    for name, state in {
        "a": Trap(sprung),
        "b": {"trigger": Trap(sprung), "args": [Trap(sprung)]},
    }.items():
        blob = pickle.dumps(state)
        tables.insert("apscheduler_jobs", {"id": name, "next_run_time": 1.0, "job_state": blob})
    tables.insert(
        "apscheduler_jobs", {"id": "c", "next_run_time": 1.0, "job_state": b"\x80\x05broken"}
    )
    moves = stock(tables).moves
    assert [move.verdict for move in moves] == [Verdict.STAYS] * 3
    assert not sprung.exists()
