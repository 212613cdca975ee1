"""Expired one-time tokens in a list, for the cleanup."""

from collections.abc import Sequence
from typing import Self

from login.domain.token_retention import Cutoffs
from login.domain.token_search import Backlog, Found, Place, Search, TokenKind


class FakeTokenStore:
    """Has so many one-time tokens, all of which can go, and nothing else."""

    has_one_writer = True

    def __init__(self, tokens: int) -> None:
        self.tokens = list(range(1, tokens + 1))
        self.limit: float | None = None

    def limited_to(self, seconds: float) -> Self:
        self.limit = seconds
        return self

    async def find(
        self, search: Search, cutoffs: Cutoffs, after: Place | None, limit: int
    ) -> Found:
        first = 0 if after is None else after.id
        ids = [token for token in self._found(search) if token > first][:limit]
        end = Place(cutoffs.expired_before, ids[-1]) if len(ids) == limit else None
        return Found(ids, end)

    async def delete(self, kind: TokenKind, ids: Sequence[int], cutoffs: Cutoffs) -> int:
        before, gone = len(self.tokens), set(ids)
        self.tokens = [token for token in self.tokens if token not in gone]
        return before - len(self.tokens)

    async def survey(self, search: Search, cutoffs: Cutoffs, after: Place | None) -> Backlog:
        return Backlog(len(self._found(search)), None)

    def _found(self, search: Search) -> list[int]:
        return self.tokens if search.kind is TokenKind.ONE_TIME else []
