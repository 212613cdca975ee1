"""A dry run: everything as in a real one, and nothing is written."""

from collections.abc import Mapping, Sequence

from login.domain.retirement_ports import Departing, RetirementCensus, RetirementStore, Stamp
from login.domain.retirement_rule import RetirementRule


class RehearsalStore:
    """A `RetirementStore` that reads from another one and only remembers what it was to write."""

    def __init__(self, store: RetirementStore) -> None:
        self._store = store
        self._seen: dict[int, Departing] = {}
        self.retired: list[Departing] = []
        self.purged: list[Departing] = []

    async def take_census(self, rule: RetirementRule) -> RetirementCensus:
        """Count the fleet."""
        return await self._store.take_census(rule)

    async def retirable(
        self, rule: RetirementRule, after: Departing | None, limit: int
    ) -> Sequence[Departing]:
        """List PCs to retire."""
        return self._note(await self._store.retirable(rule, after, limit))

    async def purgeable(
        self, rule: RetirementRule, after: Departing | None, limit: int
    ) -> Sequence[Departing]:
        """List PCs to purge, and those that this run would have retired before."""
        page = list(await self._store.purgeable(rule, after, limit))
        if rule.now < rule.purge_before:
            retired = [Departing(rule.now, pc.id, pc.mac) for pc in self.retired]
            page += [pc for pc in sorted(retired) if after is None or pc > after]
        return self._note(page[:limit])

    def _note(self, page: Sequence[Departing]) -> Sequence[Departing]:
        self._seen |= {pc.id: pc for pc in page}
        return page

    async def retire(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:  # noqa: ARG002 - nothing is written
        """Remember who would be retired."""
        self.retired += [self._seen[pc_id] for pc_id in ids]
        return len(ids)

    async def weigh(self, ids: Sequence[int]) -> Mapping[int, int]:  # noqa: ARG002 - as it weighs nothing
        """Say that nothing hangs on anybody: without a write there is no need for small ones."""
        return {}

    async def purge(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:  # noqa: ARG002 - nothing is written
        """Remember who would be purged."""
        self.purged += [self._seen[pc_id] for pc_id in ids]
        return len(ids)

    async def claim(self, pc_id: int, rule: RetirementRule, stamp: Stamp) -> bool:  # noqa: ARG002 - nothing is written
        """Claim nobody."""
        return False

    async def claimed(self, limit: int) -> Sequence[int]:  # noqa: ARG002 - nothing is written
        """Leave the claimed to the next real run."""
        return []

    async def erase(self, pc_id: int, limit: int) -> bool:  # noqa: ARG002 - nothing is written
        """Erase nothing."""
        return False
