"""A store in which a test may let something happen before it is used."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Self

from login.domain.ports import TokenCleanupStore
from login.domain.token_retention import Cutoffs
from login.domain.token_search import Backlog, Found, Place, Search, TokenKind


async def _nothing(_what: object) -> None:
    """Nothing happens."""


class InterleavedStore:
    """A `TokenCleanupStore` that keeps account of what is asked of it."""

    def __init__(self, store: TokenCleanupStore) -> None:
        self._store = store
        self.before_find: Callable[[Search], Awaitable[None]] = _nothing
        self.before_delete: Callable[[TokenKind], Awaitable[None]] = _nothing
        self.before_survey: Callable[[Search], Awaitable[None]] = _nothing
        self.finds: list[Search] = []
        self.deletes: list[TokenKind] = []

    @property
    def has_one_writer(self) -> bool:
        return self._store.has_one_writer

    def limited_to(self, seconds: float) -> Self:
        self._store = self._store.limited_to(seconds)
        return self

    async def find(
        self, search: Search, cutoffs: Cutoffs, after: Place | None, limit: int
    ) -> Found:
        self.finds.append(search)
        await self.before_find(search)
        return await self._store.find(search, cutoffs, after, limit)

    async def delete(self, kind: TokenKind, ids: Sequence[int], cutoffs: Cutoffs) -> int:
        self.deletes.append(kind)
        await self.before_delete(kind)
        return await self._store.delete(kind, ids, cutoffs)

    async def survey(self, search: Search, cutoffs: Cutoffs, after: Place | None) -> Backlog:
        await self.before_survey(search)
        return await self._store.survey(search, cutoffs, after)
