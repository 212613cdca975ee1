"""The quick way of a ticker: slots that nothing speaks against are run at once."""

import asyncio
import math
from typing import Final

from loopjobs._mechanisms.alarms import NOWHERE, TimerAlarm
from loopjobs._mechanisms.pacing import Schedule
from loopjobs._mechanisms.slots import Occupancy, SlotTaker, Tick, make_tick

_NEVER: Final = math.inf


class PlainSlots(TimerAlarm):
    """What a ticker needs for the slots that are nearly all of them, and no more.

    It is its own alarm, and what is below lies side by side in memory: there is one for each loop,
    and what has to be fetched is most of what a tick costs.
    """

    __slots__ = (
        "_alarm_due", "_number", "_plain_slots", "_runs", "_taker", "_waiter", "heeds_ends",
    )  # fmt: skip

    def __init__(self, runs: Occupancy) -> None:
        super().__init__()
        self._runs = runs
        self._plain_slots: Schedule | None = None
        """The slots, unless something but their schedule has a say, or there are no more."""
        self._taker: SlotTaker | None = None
        self._waiter: asyncio.Future[Tick | None] | None = None
        self._alarm_due = math.inf
        """When it is to ring next."""
        self._number = 0
        self.heeds_ends = False
        """Whether the end of a run that went well is to be told: `run_ended` moves the next slot,
        or a hold is over."""

    def let_run(self, taker: SlotTaker | None) -> None:
        """Let that one run slots at once that nothing speaks against; `None` hands all over."""
        self._taker = taker

    def ring(self, moment: float) -> float:
        """Take a slot that nothing speaks against, or leave the decision to `_decide`.

        Nearly every tick is such a one, so this looks whether anything speaks against it, without
        asking what.
        """
        schedule, waiter, taker = self._plain_slots, self._waiter, self._taker
        if (
            schedule is None
            or taker is None
            or waiter is None
            or waiter.done()
            or self._runs.beside is not None
            or (due := schedule.take_alone(moment)) is None
        ):
            self._settle(moment)
            return _NEVER
        number = self._number
        self._number = number + 1
        self._alarm_due = schedule.next_due
        # Whoever looks meanwhile finds the loop busy.
        self._waiter = None
        try:
            has_ended = taker.take(due, number, waiter)
        except Exception as error:  # noqa: BLE001 - as in `_settle`
            has_ended = True
            self.fail(error)
        except BaseException:
            # Ctrl+C ends the program, most likely; where it does not, the job goes on.
            self._waiter = waiter
            self._arm()
            raise
        self._waiter = waiter
        if not has_ended:
            if not waiter.done():
                waiter.set_result(make_tick((due, due, number)))
        elif self._plain_slots is None:
            self._answer(waiter)
        # Who has changed the slots meanwhile has armed it.
        return self._alarm_due if self.place == NOWHERE else _NEVER

    def fail(self, error: BaseException) -> None:
        """Let whoever awaits a slot get that error."""
        raise NotImplementedError

    def _settle(self, now: float) -> None:
        """Decide what is due by now, whatever speaks against it."""
        raise NotImplementedError

    def _arm(self) -> None:
        """Ring when there is something to do next."""
        raise NotImplementedError

    def _answer(self, waiter: "asyncio.Future[Tick | None]") -> None:
        """Let whoever awaits a slot go, if there are no more."""
        raise NotImplementedError
