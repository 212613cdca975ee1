"""PcDeleteJob: one PC in ten is to go, with all that hangs on it; the others go on being heard."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import login.storage
from login.domain.pc import PcStatus, RemovedBy
from login.domain.retirement_brake import HoldBoard
from login.jobs.pc_delete import PcDeleteJob
from login.jobs.pc_delete_options import PcDeleteJobOptions
from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.models import AuthSessionRow, PcRow, PcStatusEventRow, RefreshTokenRow
from login.storage.retirement_store import SqlRetirementStore
from loopjobs import Clock
from sweeps.case import Advance, Case, Execute, Row, Scene, revisions_of, write_rows
from sweeps.pc_keep_alive import hear
from sweeps.token_cleanup import add_user

_ONE_AWAY_IN: Final = 10
_EVENTS_A_PC: Final = 3
"""Beside a session and its token: five rows hang on each PC that goes."""
_STRIDE: Final = 7_919
_DAY: Final = timedelta(days=1)


async def fill(scene: Scene, advance: Advance) -> None:
    """Write PCs; of those that go, half are to be retired and half to be purged."""
    clock = scene.clock
    away = range(_ONE_AWAY_IN, scene.rows + 1, _ONE_AWAY_IN)
    await add_user(scene)
    await write_rows(scene, PcRow, _pcs(scene.rows, clock), advance)
    await write_rows(scene, PcStatusEventRow, _events(away, clock))
    await write_rows(scene, AuthSessionRow, (_session(pc_id, clock) for pc_id in away))
    await write_rows(scene, RefreshTokenRow, (_token(pc_id, clock) for pc_id in away))


def _pcs(rows: int, clock: Clock) -> Iterator[Row]:
    now = clock.now()
    for number in range(1, rows + 1):
        is_away = number % _ONE_AWAY_IN == 0
        is_retired = is_away and number % (2 * _ONE_AWAY_IN) == 0
        since = now - 100 * _DAY - timedelta(milliseconds=number)
        yield {
            "id": number,
            "mac": f"02{number:010x}",
            "hostname": f"pc-{number}",
            "status": PcStatus.OFFLINE if is_away else PcStatus.ONLINE,
            "status_reason": "sweep" if is_away else "keep_alive",
            "status_changed_at": since,
            "last_keep_alive_at": since if is_away else now,
            "offline_start_time": since if is_away else None,
            "created_at": now - 200 * _DAY,
            "updated_at": since,
            "deleted_at": since + 60 * _DAY if is_retired else None,
            "deleted_by": RemovedBy.JOB.value if is_retired else None,
        }


def _events(pc_ids: range, clock: Clock) -> Iterator[Row]:
    at = clock.now() - 150 * _DAY
    for number in range(_EVENTS_A_PC):
        status = number % 2
        for pc_id in pc_ids:
            yield {
                "pc_id": pc_id,
                "from_status": 1 - status,
                "to_status": status,
                "at": at + number * _DAY,
                "reason": "keep_alive" if status else "sweep",
            }


def _session(pc_id: int, clock: Clock) -> Row:
    ended = clock.now() - 95 * _DAY
    return {
        "id": pc_id,
        "user_id": 1,
        "pc_id": pc_id,
        "created_at": ended - 14 * _DAY,
        "last_used_at": ended - 14 * _DAY,
        "expires_at": ended,
        "absolute_expires_at": ended,
    }


def _token(session_id: int, clock: Clock) -> Row:
    ended = clock.now() - 95 * _DAY
    return {
        "session_id": session_id,
        "token_hash": session_id.to_bytes(32, "big"),
        "issued_at": ended - 14 * _DAY,
        "expires_at": ended,
    }


def job(scene: Scene) -> Execute:
    """Retire and purge it all in one run; else as the settings come."""
    options = PcDeleteJobOptions.model_validate({"MaxPerRun": 100_000})
    acknowledgements = SqlAcknowledgementStore(scene.database)
    store = SqlRetirementStore(scene.database)
    return PcDeleteJob(store, acknowledgements, HoldBoard(), options, scene.clock).execute


async def keep_alive(scene: Scene, number: int) -> None:
    """Hear one PC after another of those that stay."""
    tens = scene.rows // _ONE_AWAY_IN
    await hear(scene, number * _STRIDE % tens * _ONE_AWAY_IN + 1)


CASE: Final = Case("PcDeleteJob", "pcs", revisions_of(login.storage), fill, job, keep_alive)
