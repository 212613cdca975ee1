"""Purges PCs in transactions that stay short, however much hangs on a PC."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from login.domain.batch_pace import BatchPace
from login.domain.departures import DeparturesTally, FailedDeparture, in_batches
from login.domain.pauses import Pauses
from login.domain.retirement_ports import Departing, RetirementStore, Stamp
from login.domain.retirement_rule import RetirementRule
from servicekit.faults import NOT_ABOUT_A_ROW

ROWS_AT_ONCE: Final = 5_000
"""Rows that hang on PCs and are deleted in one transaction, at the most."""


class PurgeWriter:
    """A `DepartureWriter` that purges.

    A PC goes whole, in one transaction with others, as long as no more than `ROWS_AT_ONCE` rows
    hang on them. One on which more hangs is claimed: a small transaction takes its identity away,
    so that it is purged for everybody and nothing can bring it back. Only then are its rows erased
    bit by bit, by `erase_claimed`.
    """

    def __init__(
        self, store: RetirementStore, rule: RetirementRule, stamp: Stamp, pace: BatchPace
    ) -> None:
        self._store = store
        self._rule = rule
        self._stamp = stamp
        self._pace = pace
        self._weights: Mapping[int, int] = {}

    async def candidates(self, after: Departing | None, limit: int) -> Sequence[Departing]:
        """List PCs to purge."""
        return await self._store.purgeable(self._rule, after, limit)

    async def batches(self, page: Sequence[Departing]) -> Iterator[Sequence[Departing]]:
        """Cut a page by the number of PCs and by what hangs on them."""
        self._weights = await self._store.weigh([pc.id for pc in page])
        return in_batches(page, self._pace, self._weights, ROWS_AT_ONCE)

    async def write(self, batch: Sequence[Departing]) -> int:
        """Purge a batch."""
        ids = [pc.id for pc in batch]
        if sum(self._weights.get(pc_id, 0) for pc_id in ids) > ROWS_AT_ONCE:
            (too_heavy,) = ids
            return int(await self._store.claim(too_heavy, self._rule, self._stamp))
        return await self._store.purge(ids, self._rule, self._stamp)


async def erase_claimed(
    store: RetirementStore, tally: DeparturesTally, limit: int, pauses: Pauses
) -> None:
    """Erase so many PCs that this run has claimed, or an earlier one that was interrupted."""
    for pc_id in await store.claimed(limit):
        try:
            has_more = True
            while has_more:
                await pauses.before_batch()
                has_more = await store.erase(pc_id, ROWS_AT_ONCE)
        except NOT_ABOUT_A_ROW:
            raise
        except Exception as error:  # noqa: BLE001 - what one PC provokes must not cost the others
            tally.count_failure(FailedDeparture(pc_id, error))
