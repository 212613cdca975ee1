"""Who sees to it that leases are renewed in time: threads, or on virtual time the timer."""

import math
from typing import Protocol

from loopjobs._mechanisms.alarms import Callback
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.lease_renewal import LeaseRenewal


class Rounds(Protocol):
    """Does a round whenever a lease needs one."""

    def look_again(self) -> None:
        """Leases have come or gone: think again when the next round is."""
        ...

    async def close(self) -> None:
        """Do no more rounds, and close the connection."""
        ...


class RoundsByTimer:
    """Does the rounds in line, on a virtual clock: a test decides when."""

    def __init__(self, renewal: LeaseRenewal, timer: Timer) -> None:
        self._renewal = renewal
        self._timer = timer
        self._alarm: Callback | None = None

    def look_again(self) -> None:
        """Arm the timer for the next round."""
        if self._alarm is not None:
            self._alarm.cancel()
        wake_at = self._renewal.wake_at()
        self._alarm = self._timer.arm_deadline(wake_at, self._do) if wake_at < math.inf else None

    async def close(self) -> None:
        """Do no more rounds, and close the connection."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._renewal.close()

    def _do(self) -> None:
        if due := self._renewal.due():
            self._renewal.renew(due)
        for bereaved in self._renewal.take_lost():
            bereaved.on_lost()
        self.look_again()
