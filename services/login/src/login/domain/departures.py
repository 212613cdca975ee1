"""One phase of PcDeleteJob: takes PCs in order, batch by batch, up to a cap."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from login.domain.batch_pace import BatchPace
from login.domain.pauses import Pauses
from login.domain.retirement_ports import Departing
from servicekit.faults import NOT_ABOUT_A_ROW

READ_AHEAD: Final = 10_000
"""PCs read at once: ids are small, so reading is coarse where writing is fine."""
FAILURES_NAMED: Final = 20
"""Failing PCs that a phase names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class FailedDeparture:
    """A PC that could not go."""

    pc_id: int
    error: Exception
    pc: Departing | None = None
    """`None` if nothing but its id is left."""


@dataclass(slots=True)
class DeparturesTally:
    """What a phase has done so far."""

    done: int = 0
    skipped_race: int = 0
    failed: int = 0
    failures: list[FailedDeparture] = field(default_factory=list)
    """The first ones only."""

    def count_done(self, done: int, tried: int) -> None:
        """Count a write that worked; PCs it did not touch have come back or are in other hands."""
        self.done += done
        self.skipped_race += tried - done

    def count_failure(self, failure: FailedDeparture) -> None:
        """Count a PC whose write failed."""
        self.failed += 1
        if len(self.failures) < FAILURES_NAMED:
            self.failures.append(failure)


class DepartureWriter(Protocol):
    """What a phase does to PCs."""

    async def candidates(self, after: Departing | None, limit: int) -> Sequence[Departing]:
        """List PCs, oldest first, beginning after one."""
        ...

    async def batches(self, page: Sequence[Departing]) -> Iterator[Sequence[Departing]]:
        """Cut a page into batches that are good for one transaction each."""
        ...

    async def write(self, batch: Sequence[Departing]) -> int:
        """Let a batch go; returns how many of it did."""
        ...


class Departures:
    """Runs a phase.

    A batch that fails is tried again PC by PC; a PC that fails is passed over, and the phase goes
    on. It ends where the cap is reached, by those who went or by those who failed.
    """

    def __init__(
        self, writer: DepartureWriter, tally: DeparturesTally, cap: int, pace: BatchPace
    ) -> None:
        self._writer = writer
        self._tally = tally
        self._cap = cap
        self._pace = pace

    async def run(self, pauses: Pauses) -> None:
        """Take PCs until there are none, or the cap is reached."""
        after: Departing | None = None
        while limit := min(self._room(), READ_AHEAD):
            page = await self._writer.candidates(after, limit)
            for batch in await self._writer.batches(page):
                await pauses.before_batch()
                await self._write(batch, pauses)
            if len(page) < limit:
                return
            after = page[-1]

    def _room(self) -> int:
        return max(self._cap - max(self._tally.done, self._tally.failed), 0)

    async def _write(self, batch: Sequence[Departing], pauses: Pauses) -> None:
        try:
            with self._pace.measured():
                done = await self._writer.write(batch)
        except NOT_ABOUT_A_ROW:
            raise
        except Exception as error:  # noqa: BLE001 - what one PC provokes must not cost the others
            if len(batch) == 1:
                self._tally.count_failure(FailedDeparture(batch[0].id, error, batch[0]))
                return
            for pc in batch:
                await pauses.before_batch()
                await self._write([pc], pauses)
        else:
            self._tally.count_done(done, len(batch))


def in_batches(
    page: Sequence[Departing],
    pace: BatchPace,
    weights: Mapping[int, int] | None = None,
    heaviest: int = 0,
) -> Iterator[Sequence[Departing]]:
    """Cut a page into batches, in order; what is too heavy for any batch goes alone.

    Args:
        page: PCs.
        pace: how many PCs are in a batch at the most, asked for each batch.
        weights: what hangs on each PC, by its id; nothing where it is missing.
        heaviest: what may hang on all PCs of a batch together.
    """
    batch: list[Departing] = []
    load, most = 0, pace.size
    for pc in page:
        weight = (weights or {}).get(pc.id, 0)
        if batch and (len(batch) >= most or load + weight > heaviest):
            yield batch
            batch, load, most = [], 0, pace.size
        batch.append(pc)
        load += weight
    if batch:
        yield batch
