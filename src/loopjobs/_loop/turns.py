"""The turns of one job in the cluster: a slot is claimed before it is run."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from loopjobs._loop.calendar_claims import claimed_slot
from loopjobs._loop.calendar_watch import CalendarWatch
from loopjobs._loop.cluster_news import ClusterNews
from loopjobs._loop.interval_watch import IntervalWatch
from loopjobs._loop.lease_debt import LeaseDebt
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.lost_answers import LostAnswers
from loopjobs._loop.lost_leases import LostLeases
from loopjobs._loop.runs import Runs
from loopjobs._loop.turn import (
    Turn,
    is_contested,
    turn_in_contest,
    turn_of_others,
    turn_without_answer,
)
from loopjobs._mechanisms.reminders import Reminders
from loopjobs._run.lease_client import Claimed, LeaseClient
from loopjobs._run.lease_renewal import Bereaved
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.cancellation import warn_threads
from loopjobs._words.errors import LeaseUnavailableError
from loopjobs._words.events import JobPaused, JobResumed
from loopjobs._words.leases import ClaimRequest, Declined, Granted, LeaseEnd
from loopjobs._words.options import LoopJobOptions, WhenLeaseUnavailable
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import ClusterView

_log: Final = logging.getLogger("loopjobs.leases")


class Turns:
    """Claims slots for one job, and gives the leases back.

    Args:
        job: Its name.
        context: Gives the clock and chance, and hears of pauses.
        client: Asks the store.
        losses: Told of runs that lose their leases.
        options: Gives the options in force.
    """

    def __init__(
        self,
        job: str,
        context: LoopContext,
        client: LeaseClient,
        losses: LostLeases,
        options: Callable[[], LoopJobOptions],
    ) -> None:
        self._job = job
        self._random = context.random
        self._announcer = context.announcer
        self._client = client
        self._losses = losses
        self._options = options
        self._claims: set[asyncio.Task[Claimed]] = set()
        self._debt = LeaseDebt(client, context.clock)
        self._lost_answers = LostAnswers()
        self._clock = context.clock
        self._reminders = Reminders()
        self._intervals = IntervalWatch(job, context.clock)
        self._calendars = CalendarWatch(job, context.clock)
        self._is_closed = False
        self.news = ClusterNews(context.clock)
        """What the store has last said."""

    @property
    def holder(self) -> str:
        """The name of this process in the cluster."""
        return self._client.holder

    async def take(self, *, is_by_hand: bool = False) -> Turn:
        """Claim the slot that is due; whoever gets a lease has to `keep` or to `decline` it."""
        claim = asyncio.ensure_future(self._claim(is_by_hand=is_by_hand))
        self._claims.add(claim)
        try:
            claimed = await claim
        except LeaseUnavailableError as error:
            self._lost_answers.note_silence(is_by_hand=is_by_hand)
            return self._unavailable(error, is_by_hand=is_by_hand)
        except asyncio.CancelledError:
            if not claim.cancelled() and claim.done() and claim.exception() is None:
                # It was answered just before whoever waits for it went away.
                await self.decline(self._read(claim.result()))
            task = asyncio.current_task()
            if not self._is_closed or (task is not None and task.cancelling()):
                raise
            return Turn(Outcome.CANCELLED)
        finally:
            self._claims.discard(claim)
        return self._read(claimed)

    async def decline(self, turn: Turn) -> None:
        """Give the lease of a turn back, if it has one: its slot is not run after all."""
        if turn.claimed is not None:
            self.news.forget_holder()
            with contextlib.suppress(LeaseUnavailableError):
                # Otherwise it ends by itself.
                await self._client.give_back(turn.claimed)

    def close(self) -> None:
        """Wait no longer for claims that are on their way; what they get is given back."""
        self._is_closed = True
        for claim in self._claims:
            claim.cancel()

    async def give_back(self, run: RunInProgress, end: LeaseEnd) -> None:
        """Give the lease of a run back, if it has one that it has not lost."""
        lease, run.lease = run.lease, None
        if lease is None:
            return
        self.news.forget_holder()
        self._debt.owe(lease, end)
        try:
            await self._debt.pay()
        except LeaseUnavailableError as error:
            what = "%s: its lease was not given back; it is tried again, or ends by itself: %s"
            _log.warning(what, self._job, error, extra={"job": self._job})

    async def set_paused(self, *, is_paused: bool) -> None:
        """Pause or resume the job in the whole cluster.

        Raises:
            LeaseUnavailableError: the store cannot be reached.
        """
        await self._client.set_paused(self._job, is_paused=is_paused)
        was_paused, self.news.is_paused = self.news.is_paused, is_paused
        self._tell_pause(was_paused=was_paused)

    def keep(self, run: RunInProgress, claimed: Claimed) -> None:
        """Renew the lease of a run until it is given back; a run that loses it is cancelled."""
        if isinstance(claimed.answer, Granted):
            run.hold(claimed.answer.lease, self._clock)
            warn = partial(warn_threads, run.token)
            bereaved = Bereaved(lambda: self._losses.strike(run), warn)
            self._client.keep(claimed, bereaved)

    def view(self, runs: Runs) -> ClusterView:
        """Return the job of the whole cluster, as far as this process knows."""
        held = (self._client.lease_left(run.lease) for run in runs if run.lease is not None)
        left = next((seconds for seconds in held if seconds is not None), None)
        return self.news.view(self.holder, left, runs.success_age())

    async def _claim(self, *, is_by_hand: bool) -> Claimed:
        await self._debt.pay()
        claimed = await self._ask(is_by_hand=is_by_hand)
        untold = self._lost_answers.find(claimed)
        if untold is None or len(self._claims) > 1:
            # Of two claims at once one may have an answer that is on its way still.
            return claimed
        self._debt.owe(*untold)
        await self._debt.pay()
        return await self._ask(is_by_hand=is_by_hand)

    async def _ask(self, *, is_by_hand: bool) -> Claimed:
        options = self._options()
        slot = claimed_slot(options, self._clock)
        return await self._client.claim(
            ClaimRequest(
                job=self._job,
                holder=self.holder,
                interval=options.interval_in_seconds if slot is None else slot.gap,
                calendar=slot,
                seconds=options.lease_in_seconds,
                is_by_hand=is_by_hand,
                stale=self.news.stale(options.lease_in_seconds),
            )
        )

    def _read(self, claimed: Claimed) -> Turn:
        was_paused = self.news.is_paused
        self._intervals.hear(claimed.request, claimed.answer)
        self._calendars.hear(self._options().calendar, claimed.request, claimed.answer)
        if isinstance(claimed.answer, Declined):
            self.news.hear_declined(claimed.answer)
            turn = self._declined(claimed.request, claimed.answer)
        else:
            self._lost_answers.note_granted(claimed.answer)
            self.news.hear_granted(claimed.request, claimed.answer)
            is_on_grid = claimed.request.calendar is None
            turn = Turn(None, claimed.answer.next_in if is_on_grid else None, claimed=claimed)
        self._reminders.forget(self._job)
        self._tell_pause(was_paused=was_paused)
        turn = replace(turn, failures=claimed.answer.failures_in_a_row)
        return replace(turn, refusal=Outcome.CANCELLED) if self._is_closed else turn

    def _unavailable(self, error: LeaseUnavailableError, *, is_by_hand: bool) -> Turn:
        options, failures = self._options(), self.news.failures
        self.news.hear_nothing()
        if self._is_closed:
            return Turn(Outcome.CANCELLED)
        if options.when_lease_unavailable is WhenLeaseUnavailable.RUN_LOCAL:
            self._tell_of_runs_without_lease(error)
            # A pause was meant for work that is harmless twice as well.
            is_refused = self.news.is_paused and not is_by_hand
            return Turn(Outcome.SKIPPED_PAUSED if is_refused else None)
        slot = claimed_slot(options, self._clock)
        next_in = options.interval_in_seconds if slot is None else slot.gap - slot.age
        return turn_without_answer(str(error), failures, next_in, self._random)

    def _tell_of_runs_without_lease(self, error: LeaseUnavailableError) -> None:
        """Say it at once and once a minute; slots that are skipped have lines of their own."""
        if self._reminders.are_due(self._job, self._clock.monotonic()):
            what = "%s: runs without a lease: %s"
            _log.warning(what, self._job, error, extra={"job": self._job})

    def _declined(self, request: ClaimRequest, answer: Declined) -> Turn:
        if answer.is_paused and not request.is_by_hand:
            return Turn(Outcome.SKIPPED_PAUSED)
        if answer.lease_left is None and (request.is_by_hand or is_contested(answer)):
            return turn_in_contest(self.news.contested_for, request, self._random)
        return turn_of_others(answer, request, self._random)

    def _tell_pause(self, *, was_paused: bool) -> None:
        if self.news.is_paused and not was_paused:
            self._announcer.announce(JobPaused(self._job))
        elif was_paused and not self.news.is_paused:
            self._announcer.announce(JobResumed(self._job))
