"""The peer: one read per row, one write per row, as such jobs are written first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped

from sweeps.case import Scene

RowT = TypeVar("RowT", bound=DeclarativeBase)


async def row_by_row(
    scene: Scene,
    key: Mapped[int],
    model: type[RowT],
    is_wanted: Callable[[RowT], bool],
    write: Callable[[AsyncSession, RowT], Awaitable[object]],
) -> None:
    """Read each row by itself, and write each that is wanted in a transaction of its own."""
    async with scene.database.reading() as session:
        keys = (await session.scalars(select(key).order_by(key))).all()
    for one in keys:
        async with scene.database.reading() as session:
            row = await session.get(model, one)
        if row is not None and is_wanted(row):
            async with scene.database.writing() as session:
                await write(session, row)
