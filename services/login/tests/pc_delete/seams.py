"""Places between the transactions of a run where a test may let something happen."""

from collections.abc import Awaitable, Callable, Sequence

from login.domain.retirement_ports import Stamp
from login.domain.retirement_rule import RetirementRule
from login.storage.retirement_store import SqlRetirementStore
from servicekit.database import Database


async def _nothing(verb: str, ids: Sequence[int]) -> None:
    """Nothing happens."""


class InterleavedStore(SqlRetirementStore):
    """The real store; lets something happen just before each transaction that writes."""

    def __init__(
        self,
        database: Database,
        before_write: Callable[[str, Sequence[int]], Awaitable[None]] = _nothing,
    ) -> None:
        super().__init__(database)
        self.before_write = before_write
        self.writes: list[tuple[str, list[int]]] = []

    async def _note(self, verb: str, ids: Sequence[int]) -> None:
        self.writes.append((verb, list(ids)))
        await self.before_write(verb, ids)

    async def retire(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:
        await self._note("retire", ids)
        return await super().retire(ids, rule, stamp)

    async def purge(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:
        await self._note("purge", ids)
        return await super().purge(ids, rule, stamp)

    async def claim(self, pc_id: int, rule: RetirementRule, stamp: Stamp) -> bool:
        await self._note("claim", [pc_id])
        return await super().claim(pc_id, rule, stamp)

    async def erase(self, pc_id: int, limit: int) -> bool:
        await self._note("erase", [pc_id])
        return await super().erase(pc_id, limit)
