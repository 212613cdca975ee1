"""Two small tables, of no service: meters, and what was read from them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from servicekit.database import Database, UtcDateTime


class _Model(DeclarativeBase):
    pass


class Meter(_Model):
    """A row of `meters`."""

    __tablename__ = "meters"

    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int]
    label: Mapped[str]
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Meters:
    """Puts meters into the table and reads them back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, meter_id: int, read_at: datetime | None = None) -> None:
        """Add a meter that stands at one."""
        row = {"id": meter_id, "total": 1, "label": f"meter-{meter_id}", "read_at": read_at}
        async with self._database.writing() as session:
            await session.execute(insert(Meter), row)

    async def execute(self, statement: str, **parameters: object) -> None:
        """Do something to the tables in a transaction of its own."""
        async with self._database.writing() as session:
            await session.execute(text(statement), parameters)

    async def row(self, meter_id: int) -> Meter:
        """Return the row of a meter."""
        async with self._database.reading() as session:
            return await session.get_one(Meter, meter_id)

    async def ids(self) -> Sequence[int]:
        """Return which meters there are, in order."""
        async with self._database.reading() as session:
            return (await session.scalars(select(Meter.id).order_by(Meter.id))).all()
