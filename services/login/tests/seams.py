"""Places between the statements of a sweep where a test may let something happen."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from login.domain.ports import SweepStore
from login.domain.staleness import Candidate, Census, StaleRule


async def _nothing() -> None:
    """Nothing happens."""


class InterleavedStore:
    """A `SweepStore` that lets something happen just before it writes."""

    def __init__(
        self, store: SweepStore, before_write: Callable[[], Awaitable[None]] = _nothing
    ) -> None:
        self._store = store
        self.before_write = before_write
        self.writes = 0

    @property
    def has_one_writer(self) -> bool:
        return self._store.has_one_writer

    async def take_census(self, rule: StaleRule) -> Census:
        return await self._store.take_census(rule)

    async def candidates(self, rule: StaleRule, after: int, limit: int) -> Sequence[Candidate]:
        return await self._store.candidates(rule, after, limit)

    async def mark_offline(self, ids: Sequence[int], rule: StaleRule, now: datetime) -> int:
        self.writes += 1
        await self.before_write()
        return await self._store.mark_offline(ids, rule, now)
