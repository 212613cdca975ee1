"""Many numbers in one condition."""

from collections.abc import Collection, Sequence

import pytest
from sqlalchemy import Connection, event, select

from servicekit.database import Database, is_one_of

from .meters import Meter, Meters


async def found(database: Database, numbers: Collection[int]) -> Sequence[int]:
    async with database.reading() as session:
        wanted = select(Meter.id).where(is_one_of(Meter.id, numbers)).order_by(Meter.id)
        return (await session.scalars(wanted)).all()


@pytest.mark.parametrize("numbers", [[], [2], (3, 1), {1, 2, 2**40}, range(2, 10)])
async def test_rows_are_found_by_their_numbers(
    database: Database, meters: Meters, numbers: Collection[int]
) -> None:
    """None, one, several, in any order; some that nobody has, and some beyond 32 bits."""
    for meter in (1, 2, 3):
        await meters.add(meter)
    assert await found(database, numbers) == [meter for meter in (1, 2, 3) if meter in numbers]


async def test_however_many_numbers_are_one_parameter(database: Database, meters: Meters) -> None:
    """More than any database takes parameters."""
    await meters.add(70_000)
    given: list[int] = []

    def count(
        _: Connection, __: object, statement: str, parameters: Collection[object], *___: object
    ) -> None:
        if "FROM meters" in statement:
            given.append(len(parameters))

    event.listen(database.reader.sync_engine, "before_cursor_execute", count)
    assert await found(database, range(100_000)) == [70_000]
    event.remove(database.reader.sync_engine, "before_cursor_execute", count)
    assert given == [1]
