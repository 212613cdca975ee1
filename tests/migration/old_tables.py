"""Tables of old schedulers in a database of the test's own."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg

from loopjobs.places import SqlitePlace, read_place

QUARTZ = """
CREATE TABLE qrtz_job_details (sched_name TEXT, job_name TEXT, job_group TEXT, description TEXT,
  job_class_name TEXT, is_durable BOOL, is_nonconcurrent BOOL, is_update_data BOOL,
  requests_recovery BOOL, job_data BLOB);
CREATE TABLE qrtz_triggers (sched_name TEXT, trigger_name TEXT, trigger_group TEXT, job_name TEXT,
  job_group TEXT, description TEXT, next_fire_time BIGINT, prev_fire_time BIGINT, priority INTEGER,
  trigger_state TEXT, trigger_type TEXT, start_time BIGINT, end_time BIGINT, calendar_name TEXT,
  misfire_instr INTEGER, job_data BLOB);
CREATE TABLE qrtz_simple_triggers (sched_name TEXT, trigger_name TEXT, trigger_group TEXT,
  repeat_count BIGINT, repeat_interval BIGINT, times_triggered BIGINT);
CREATE TABLE qrtz_cron_triggers (sched_name TEXT, trigger_name TEXT, trigger_group TEXT,
  cron_expression TEXT, time_zone_id TEXT);
CREATE TABLE qrtz_simprop_triggers (sched_name TEXT, trigger_name TEXT, trigger_group TEXT,
  str_prop_1 TEXT, str_prop_2 TEXT, str_prop_3 TEXT, int_prop_1 INT, int_prop_2 INT,
  long_prop_1 BIGINT, long_prop_2 BIGINT, time_zone_id TEXT);
CREATE TABLE qrtz_scheduler_state (sched_name TEXT, instance_name TEXT, last_checkin_time BIGINT);
"""
HANGFIRE = {
    "sqlite": 'CREATE TABLE "Hash" (Id INTEGER, "Key" TEXT, Field TEXT, Value TEXT);',
    "postgresql": """
CREATE SCHEMA hangfire;
CREATE TABLE hangfire.hash (id BIGINT, key TEXT, field TEXT, value TEXT);
""",
}


class OldTables:
    """A database, as its old owner would fill it."""

    def __init__(self, url: str) -> None:
        self.url = url
        place = read_place(url)
        self.is_sqlite = isinstance(place, SqlitePlace)
        self._place = place
        if isinstance(place, SqlitePlace):
            Path(place.file).parent.mkdir(exist_ok=True)
            Path(place.file).touch()

    def create(self, script: str) -> None:
        """Run statements that both databases know, but for the name of one type."""
        for statement in filter(str.strip, script.split(";")):
            self._execute(statement if self.is_sqlite else statement.replace("BLOB", "BYTEA"), ())

    def insert(self, table: str, values: Mapping[str, object]) -> None:
        """Insert one row."""
        mark = "?" if self.is_sqlite else "%s"
        marks = ", ".join([mark] * len(values))
        names = ", ".join(values)
        self._execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608 - of the tests

    def _execute(self, statement: str, values: tuple[object, ...]) -> None:
        if isinstance(self._place, SqlitePlace):
            with closing(sqlite3.connect(self._place.file)) as connection:
                connection.execute(statement, values)
                connection.commit()
        else:
            with psycopg.connect(self._place.conninfo) as server:
                server.execute(statement.encode(), values)
