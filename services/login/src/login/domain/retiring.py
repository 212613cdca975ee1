"""Retires PCs: they are hidden, and a keep-alive still brings them back."""

from collections.abc import Iterator, Sequence

from login.domain.batch_pace import BatchPace
from login.domain.departures import in_batches
from login.domain.retirement_ports import Departing, RetirementStore, Stamp
from login.domain.retirement_rule import RetirementRule


class RetireWriter:
    """A `DepartureWriter` that retires."""

    def __init__(
        self, store: RetirementStore, rule: RetirementRule, stamp: Stamp, pace: BatchPace
    ) -> None:
        self._store = store
        self._rule = rule
        self._stamp = stamp
        self._pace = pace

    async def candidates(self, after: Departing | None, limit: int) -> Sequence[Departing]:
        """List PCs to retire."""
        return await self._store.retirable(self._rule, after, limit)

    async def batches(self, page: Sequence[Departing]) -> Iterator[Sequence[Departing]]:
        """Cut a page by the number of PCs."""
        return in_batches(page, self._pace)

    async def write(self, batch: Sequence[Departing]) -> int:
        """Retire a batch."""
        return await self._store.retire([pc.id for pc in batch], self._rule, self._stamp)
