"""The cleanup: deletes tokens and sessions that can never again matter."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final

from login.domain.batch_pace import BatchPace
from login.domain.pauses import Pauses
from login.domain.ports import TokenCleanupStore
from login.domain.token_cleanup_tally import CleanupFailure, CleanupRules, CleanupTally, StoppedBy
from login.domain.token_retention import Cutoffs
from login.domain.token_search import Backlog, Found, Place, Search, TokenKind
from loopjobs import CancellationToken, Clock
from servicekit.faults import NOT_ABOUT_A_ROW, StoreBusyError
from servicekit.retries import BusyRetries

MAX_FAILED_BATCHES: Final = 3
"""So many failed batches end the cleaning of a kind for this run."""


class TokenCleanupIncompleteError(Exception):
    """Some tokens could not be deleted; what could be, was."""


class TokenCleanup:
    """Cleans one store, run after run."""

    def __init__(
        self, store: TokenCleanupStore, clock: Clock, rules: CleanupRules, retries: BusyRetries
    ) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._retries = retries

    async def run(self, tally: CleanupTally, ct: CancellationToken) -> None:
        """Clean once, up to the cap.

        Args:
            tally: filled as the run goes on.
            ct: looked at between batches; batches done by then stay.

        Raises:
            StoreUnavailableError: the store cannot be reached.
            TokenCleanupIncompleteError: batches failed; raised when all else is done.
            asyncio.CancelledError: the run was asked to end.
        """
        began = self._clock.monotonic()
        cutoffs = self._rules.retention.cutoffs(self._clock.now())
        try:
            pace = BatchPace(self._rules.batch_size, self._clock)
            share = self._rules.pause_share
            pauses = Pauses(self._rules.pause, self._clock, ct, share)
            rhythm = _Rhythm(pace, pauses, self._retries)
            await _Run(self._store, self._rules, rhythm, cutoffs, tally).clean(ct)
        except asyncio.CancelledError:
            tally.stopped_by = StoppedBy.STOP
            raise
        finally:
            tally.duration = self._clock.monotonic() - began
        if tally.failures:
            tally.stopped_by = StoppedBy.ERROR
            raise _incomplete(tally.failures)


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """How batches of one run follow each other."""

    pace: BatchPace
    pauses: Pauses
    retries: BusyRetries


class _Run:
    """One run: each way is walked once, from its beginning to its end, and never back."""

    def __init__(
        self,
        store: TokenCleanupStore,
        rules: CleanupRules,
        rhythm: _Rhythm,
        cutoffs: Cutoffs,
        tally: CleanupTally,
    ) -> None:
        self._store = store
        self._rules = rules
        self._rhythm = rhythm
        self._cutoffs = cutoffs
        self._tally = tally
        self._ahead: dict[Search, Place | None] = dict.fromkeys(Search)
        self._counted_ahead = 0
        """Rows counted in a dry run that still lie ahead of where we are."""

    async def clean(self, ct: CancellationToken) -> None:
        is_capped = False
        for kind in TokenKind:
            is_capped = is_capped or await self._clean_kind(kind, ct)
        self._tally.stopped_by = StoppedBy.CAP if is_capped else StoppedBy.DONE
        self._tally.left = await self._look_at_what_is_left(ct)

    async def _clean_kind(self, kind: TokenKind, ct: CancellationToken) -> bool:
        """Return whether the cap ended it."""
        try:
            async with aclosing(self._batches(kind, ct)) as batches:
                async for batch in batches:
                    part = batch[: self._rules.max_per_run - self._tally.deleted.total()]
                    if part:
                        await self._clean_batch(kind, part, ct)
                    if len(part) < len(batch):
                        return True
                    if self._tally.failures_of(kind) >= MAX_FAILED_BATCHES:
                        break
        except StoreBusyError as error:
            self._tally.failures.append(CleanupFailure(kind, error))
        return False

    async def _batches(
        self, kind: TokenKind, ct: CancellationToken
    ) -> AsyncGenerator[Sequence[int], None]:
        for search in [search for search in Search if search.kind is kind]:
            is_at_end = False
            while not is_at_end:
                ct.raise_if_cancellation_requested()
                found = await self._find(search, ct)
                ids = found.ids
                while ids:
                    size = self._rhythm.pace.size
                    yield ids[:size]
                    ids = ids[size:]
                self._counted_ahead = 0
                self._ahead[search] = found.end
                is_at_end = found.end is None
            del self._ahead[search]

    async def _find(self, search: Search, ct: CancellationToken) -> Found:
        limit = max(self._rules.look_ahead, self._rules.batch_size)
        look = partial(self._store.find, search, self._cutoffs, self._ahead[search], limit)
        return await self._rhythm.retries.call(look, ct.sleep)

    async def _clean_batch(
        self, kind: TokenKind, ids: Sequence[int], ct: CancellationToken
    ) -> None:
        ct.raise_if_cancellation_requested()
        if self._rules.dry_run:
            self._counted_ahead += len(ids)
            self._tally.count_batch(kind, len(ids), len(ids))
            return
        await self._rhythm.pauses.before_batch()
        delete = partial(self._delete, kind, ids)
        try:
            deleted = await self._rhythm.retries.call(delete, ct.sleep)
        except NOT_ABOUT_A_ROW:
            raise
        except Exception as error:  # noqa: BLE001 - one bad row must not keep all others
            self._tally.failures.append(CleanupFailure(kind, error))
        else:
            self._tally.count_batch(kind, deleted, len(ids))

    async def _delete(self, kind: TokenKind, ids: Sequence[int]) -> int:
        with self._rhythm.pace.measured():
            return await self._store.delete(kind, ids, self._cutoffs)

    async def _look_at_what_is_left(self, ct: CancellationToken) -> Backlog | None:
        rows, moments = -self._counted_ahead, []
        for search, place in self._ahead.items():
            if ct.is_cancellation_requested:
                return None
            try:
                backlog = await self._store.survey(search, self._cutoffs, place)
            except StoreBusyError:
                return None
            rows += backlog.rows
            moments.append(backlog.oldest)
        return Backlog(rows, min(filter(None, moments), default=None))


def _incomplete(failures: Sequence[CleanupFailure]) -> TokenCleanupIncompleteError:
    kinds = ", ".join(
        f"{failure.kind.value} ({type(failure.error).__name__})" for failure in failures
    )
    error = TokenCleanupIncompleteError(
        f"batches of these could not be deleted: {kinds}; the next run tries again. If it goes on, "
        "look for whoever holds locks on these tables, or for rows that refer to theirs"
    )
    error.__cause__ = failures[0].error
    return error
