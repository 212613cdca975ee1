"""Notices a connection whose server has gone, mostly without asking it."""

from select import POLLIN, poll

import psycopg
from sqlalchemy import AdaptedConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection


def replace_if_gone(
    connection: AdaptedConnection, _: ConnectionPoolEntry, __: PoolProxiedConnection
) -> None:
    """Have a connection of the pool replaced before its use, if its server has left it.

    A server that ends a connection says so, or its system does, and a host that is no more is
    noticed by the keep-alives of TCP: something has come that nobody asked for. It may be harmless,
    so the server is asked then. To ask before each use would cost as much as many a transaction.

    Raises:
        DisconnectionError: it is of no use any more, which the pool understands.
    """
    try:
        if _has_something_come(connection.driver_connection):
            connection.run_async(_ask)
    except psycopg.Error:
        raise DisconnectionError from None


def _has_something_come(driver: psycopg.AsyncConnection) -> bool:
    waiting = poll()
    waiting.register(driver.fileno(), POLLIN)
    return bool(waiting.poll(0))


async def _ask(driver: psycopg.AsyncConnection) -> None:
    await driver.execute("")
