"""Writes the audit, in the transaction of what it tells of."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Insert,
    String,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from login.domain.audit import AuditEvent
from login.storage.models import Model
from servicekit.database import UtcDateTime

_TABLE: Final = Model.metadata.tables["audit_events"]
_COLUMNS: Final[Mapping[str, TypeEngine[Any]]] = {
    "action": String(),
    "actor": String(),
    "run_id": String(),
    "pc_id": BigInteger(),
    "user_id": BigInteger(),
    "session_id": BigInteger(),
    "details": JSON(),
}


async def write_audit(session: AsyncSession, events: Sequence[AuditEvent], now: datetime) -> None:
    """Add events to the audit; they are there if the transaction is.

    All are one JSON document in one statement, however many they are: PostgreSQL's driver sends
    many rows one by one, and the server plans each.
    """
    if events:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        document = json.dumps([_row(event) for event in events])
        statement = _IN_SQLITE if is_sqlite else _IN_POSTGRESQL
        await session.execute(statement, {"now": now, "events": document})


def _row(event: AuditEvent) -> dict[str, object]:
    return {
        "action": event.action.value,
        "actor": event.actor,
        "run_id": event.run_id,
        "pc_id": event.pc_id,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "details": event.details or None,
    }


def _given_to_postgresql() -> Insert:
    document = cast(bindparam("events", type_=String()), JSON())
    rows = (
        func.json_to_recordset(document)
        .table_valued(*(column(name, kind) for name, kind in _COLUMNS.items()), name="events")
        .render_derived(with_types=True)
    )
    return _insert([rows.c[name] for name in _COLUMNS])


def _given_to_sqlite() -> Insert:
    document = bindparam("events", type_=String())
    rows = func.json_each(document).table_valued("key", "value", name="events")
    return _insert([func.json_extract(rows.c.value, f"$.{name}") for name in _COLUMNS])


def _insert(values: Sequence[ColumnElement[object]]) -> Insert:
    now = bindparam("now", type_=UtcDateTime())
    return insert(_TABLE).from_select(["at", *_COLUMNS], select(now, *values))


_IN_POSTGRESQL: Final = _given_to_postgresql()
_IN_SQLITE: Final = _given_to_sqlite()
