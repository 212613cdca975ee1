"""Many keep-alives in one statement, which stays the same however many they are."""

import json
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import (
    ARRAY,
    CTE,
    DateTime,
    LargeBinary,
    SQLColumnExpression,
    String,
    Update,
    and_,
    bindparam,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from login.storage.changes import heard
from login.storage.models import PcRow
from servicekit.database import UtcDateTime
from servicekit.mac import MacAddress

Given: TypeAlias = CTE
"""MAC address, hash of the credential and instant of all who were heard, as a table."""


@dataclass(frozen=True, slots=True)
class HeardPc:
    """Who was heard and when."""

    mac: MacAddress
    credential_hash: bytes
    at: datetime

    @property
    def key(self) -> tuple[str, bytes]:
        """Whom it would be about; each row answers to one key."""
        return self.mac.digits, self.credential_hash


class HeardTogether(NamedTuple):
    """What came of it."""

    touched: AbstractSet[HeardPc]
    """Those that had a row that was free."""
    came_online: int
    """How many PCs are online only since then."""


async def hear_together(
    session: AsyncSession, heard_pcs: Collection[HeardPc], *, is_sqlite: bool
) -> HeardTogether:
    """Note that PCs were heard.

    A row that somebody has locked is passed over, so that one does not keep the others waiting, and
    no two such statements wait for each other.
    """
    latest = {pc.key: pc for pc in sorted(heard_pcs, key=lambda pc: pc.at)}
    statement = _IN_SQLITE if is_sqlite else _IN_POSTGRESQL
    given = _for_sqlite(latest.values()) if is_sqlite else _for_postgresql(latest.values())
    # Past the session, which would look for objects to bring up to date.
    rows = await (await session.connection()).execute(statement, given)
    since = {(mac, bytes(hashed)): changed_at for mac, hashed, changed_at in rows}
    touched = {pc for pc in heard_pcs if pc.key in since}
    return HeardTogether(touched, sum(latest[key].at == at for key, at in since.items()))


def _for_postgresql(pcs: Collection[HeardPc]) -> dict[str, object]:
    """Return one array a column."""
    return {
        "macs": [pc.mac.digits for pc in pcs],
        "hashes": [pc.credential_hash for pc in pcs],
        "instants": [pc.at.astimezone(UTC) for pc in pcs],
    }


def _for_sqlite(pcs: Collection[HeardPc]) -> dict[str, object]:
    """Return all in one JSON document, for SQLite has no arrays; instants as it keeps them."""
    rows = [
        (pc.mac.digits, pc.credential_hash.hex().upper(), pc.at.astimezone(UTC).strftime(_WRITTEN))
        for pc in pcs
    ]
    return {"rows": json.dumps(rows)}


def _given_to_postgresql() -> Given:
    rows = func.unnest(
        bindparam("macs", type_=ARRAY(String)),
        bindparam("hashes", type_=ARRAY(LargeBinary)),
        bindparam("instants", type_=ARRAY(DateTime(timezone=True))),
    ).table_valued("mac", "credential_hash", "at", name="rows")
    columns = rows.render_derived().c
    return select(columns.mac, columns.credential_hash, columns.at).cte("given")


def _given_to_sqlite() -> Given:
    rows = func.json_each(bindparam("rows", type_=String)).table_valued("value", name="rows")
    names = ("mac", "credential_hash", "at")
    columns = (
        func.json_extract(rows.c.value, f"$[{place}]").label(name)
        for place, name in enumerate(names)
    )
    return select(*columns).cte("given")


def _update(given: Given, credential_hash: SQLColumnExpression[bytes | None]) -> Update:
    is_its_own = credential_hash == given.c.credential_hash
    free = (
        select(PcRow.id, given.c.credential_hash, given.c.at)
        .join(given, and_(PcRow.mac == given.c.mac, is_its_own))
        .where(PcRow.deleted_at.is_(None))
        .order_by(PcRow.id)
        .with_for_update(of=PcRow, key_share=True, skip_locked=True)
        .cte("free")
        .prefix_with("MATERIALIZED")
    )
    return (
        update(PcRow)
        .where(
            PcRow.id == free.c.id,
            credential_hash == free.c.credential_hash,
            PcRow.deleted_at.is_(None),
        )
        .values(heard(type_coerce(free.c.at, UtcDateTime())))
        .returning(PcRow.mac, PcRow.credential_hash, PcRow.status_changed_at)
    )


_WRITTEN: Final = "%Y-%m-%d %H:%M:%S.%f"
_IN_POSTGRESQL: Final = _update(_given_to_postgresql(), PcRow.credential_hash)
_IN_SQLITE: Final = _update(_given_to_sqlite(), func.hex(PcRow.credential_hash))
