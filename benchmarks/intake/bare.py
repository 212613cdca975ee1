"""The limit: an UPDATE and a commit for each keep-alive, by the driver alone."""

import asyncio
import hashlib
import multiprocessing
import os
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import count
from typing import Final

import psycopg
from sqlalchemy import make_url

from filling.fleet import credential_of, mac_of
from loopjobs import SystemClock
from servicekit.testing.postgresql_server import as_conninfo

_CONNECTIONS: Final = 10
"""As many as the service has to PostgreSQL."""
_STRIDE: Final = 7_919
_UPDATE: Final = (
    "UPDATE pcs SET status = 1, last_keep_alive_at = {0}, offline_start_time = NULL"
    " WHERE mac = {0} AND credential_hash = {0} AND deleted_at IS NULL"
)


def updates_per_second(url: str, pcs: int, seconds: float, core: int | None) -> float:
    """Update as fast as it goes, on one processor."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(_update, url, pcs, seconds, core).result()


def _update(url: str, pcs: int, seconds: float, core: int | None) -> float:
    if core is not None:
        os.sched_setaffinity(0, {core})
    if make_url(url).get_backend_name() == "sqlite":
        return _update_sqlite(str(make_url(url).database), pcs, seconds)
    return asyncio.run(_update_postgresql(as_conninfo(url), pcs, seconds))


def _given(number: int, pcs: int) -> tuple[str, bytes]:
    pc = number * _STRIDE % pcs + 1
    return mac_of(pc), hashlib.sha256(credential_of(pc).encode()).digest()


def _update_sqlite(file: str, pcs: int, seconds: float) -> float:
    clock = SystemClock()
    statement = _UPDATE.format("?")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        began = clock.monotonic()
        for number in count():
            connection.execute("BEGIN IMMEDIATE")
            now = f"{clock.now():%Y-%m-%d %H:%M:%S.%f}"
            connection.execute(statement, (now, *_given(number, pcs)))
            connection.execute("COMMIT")
            if (spent := clock.monotonic() - began) > seconds:
                return (number + 1) / spent
    raise AssertionError("counts for ever")


async def _update_postgresql(conninfo: str, pcs: int, seconds: float) -> float:
    clock, numbers = SystemClock(), count()
    statement = _UPDATE.format("%s").encode()
    began = clock.monotonic()

    async def update() -> None:
        async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
            while clock.monotonic() - began < seconds:
                given = _given(next(numbers), pcs)
                await connection.execute(statement, (clock.now(), *given))

    await asyncio.gather(*(update() for _ in range(_CONNECTIONS)))
    return next(numbers) / (clock.monotonic() - began)
