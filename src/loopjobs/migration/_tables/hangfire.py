"""Reads the recurring jobs of Hangfire: hashes `recurring-job:ID` in PostgreSQL and SQLite."""

import json
from collections.abc import Iterator
from typing import Final

from loopjobs.migration._cron_list import read_json_list
from loopjobs.migration._facts import OldScheduler
from loopjobs.migration._json_files import Node
from loopjobs.migration._tables.database import Database
from loopjobs.migration._tables.values import text

_TABLES: Final = ("hangfire.hash", "Hash", "HangFireHash")
_PREFIX: Final = "recurring-job:"


def read_hangfire_tables(database: Database) -> Iterator[OldScheduler]:
    """Yield what has recurring jobs there; nothing if there are none."""
    table = next(filter(database.has, _TABLES), None)
    if table is None:
        return
    jobs: dict[str, dict[str, str]] = {}
    for row in database.rows(table, ("key", "field", "value")):
        key = text(row["key"])
        if key.startswith(_PREFIX):
            fields = jobs.setdefault(key.removeprefix(_PREFIX), {})
            fields[text(row["field"])] = text(row["value"])
    nodes = [_node(name, fields, database.where) for name, fields in jobs.items()]
    if nodes:
        yield read_json_list(nodes, database.where)


def _node(name: str, fields: dict[str, str], where: str) -> Node:
    values = {**fields, "Id": name}
    values.pop("Job", None)
    if method := _method(fields.get("Job", "")):
        values["Method"] = method
    return Node(values, f"{where}, recurring job {name}")


def _method(job: str) -> str | None:
    """Return type and method out of the invocation, which is JSON with long or short names."""
    try:
        invocation = json.loads(job)
    except (ValueError, RecursionError):
        return None
    if not isinstance(invocation, dict):
        return None
    kind = invocation.get("Type") or invocation.get("t")
    method = invocation.get("Method") or invocation.get("m")
    return f"{str(kind).partition(',')[0]}.{method}" if kind and method else None
