"""What hangs on a PC, read from the models: a new table is in it without anybody's doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    ForeignKey,
    Select,
    Table,
    delete,
    func,
    select,
)

from login.storage.models import Model
from servicekit.database import is_one_of

PCS: Final = Model.metadata.tables["pcs"]


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which rows of a table hang on a PC."""

    links: tuple[ForeignKey, ...]
    """From the table up to the PCs."""

    @property
    def table(self) -> Table:
        """The table."""
        return self.links[0].parent.table

    @property
    def pc_id(self) -> Column[int]:
        """The column that refers to the PC: of this table, or of one further up."""
        return self.links[-1].parent

    def hangs_on(self, pc_ids: Sequence[int]) -> ColumnElement[bool]:
        """Return the condition that a row hangs on one of these PCs."""
        condition: ColumnElement[bool] = is_one_of(self.pc_id, pc_ids)
        for link in reversed(self.links[:-1]):
            condition = link.parent.in_(select(link.column).where(condition))
        return condition

    def delete(self, pc_ids: Sequence[int]) -> Delete:
        """Return the statement that deletes all of these PCs' rows."""
        return delete(self.table).where(self.hangs_on(pc_ids))

    def delete_some(self, pc_id: int, limit: int) -> Delete:
        """Return the statement that deletes so many of one PC's rows."""
        (key,) = self.table.primary_key
        some = select(key).where(self.hangs_on([pc_id])).order_by(key).limit(limit)
        return delete(self.table).where(key.in_(some))

    def count(self, pc_ids: Sequence[int]) -> Select[int, int]:
        """Return the query for the number of rows that hang on each of these PCs."""
        joined = reduce(
            lambda left, link: left.join(link.column.table, link.parent == link.column),
            self.links[:-1],
            select(self.pc_id.label("pc_id"), func.count().label("rows")).select_from(self.table),
        )
        return joined.where(is_one_of(self.pc_id, pc_ids)).group_by(self.pc_id)


def branches_of(root: Table) -> list[Branch]:
    """Return every way in which rows hang on a table, those that hang on others first."""
    found: dict[Table, list[Branch]] = {}
    for table in root.metadata.sorted_tables:
        links = [
            (key, *further)
            for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
            for further in _further(key.column.table, root, found)
        ]
        if links:
            found[table] = [Branch(chain) for chain in links]
    return [branch for branches in reversed(found.values()) for branch in branches]


def _further(
    table: Table, root: Table, found: dict[Table, list[Branch]]
) -> list[tuple[ForeignKey, ...]]:
    if table is root:
        return [()]
    return [branch.links for branch in found.get(table, [])]


PURGE_ORDER: Final = branches_of(PCS)
"""What is deleted before a PC, in this order."""
