"""Takes keep-alives in, and counts them."""

from collections.abc import Iterable
from datetime import datetime

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from login.domain.pc_credential import PcCredential
from login.domain.ports import PcRepository
from loopjobs import Clock
from servicekit.mac import MacAddress


class KeepAliveIntake:
    """Takes keep-alives in, and counts those of this process for whoever measures.

    Every PC sends one every few seconds, so counting one costs two assignments; the rest is done
    when somebody asks.
    """

    def __init__(self, pcs: PcRepository, meters: MeterProvider, clock: Clock) -> None:
        self._pcs = pcs
        self._clock = clock
        self._count = 0
        self._last: datetime | None = None
        meter = meters.get_meter("login")
        meter.create_observable_counter(
            "login.keep_alive.received",
            [self._observe_count],
            "{keep_alive}",
            "Keep-alives heard.",
        )
        meter.create_observable_gauge(
            "login.keep_alive.newest_age",
            [self._observe_age],
            "s",
            "Since the last keep-alive of any PC; absent before the first.",
        )

    async def take(self, mac: MacAddress, credential: PcCredential) -> datetime:
        """Take one in; return when it was heard, by the server's clock.

        Raises: what `PcRepository.keep_alive` raises; then nothing is counted.
        """
        now = self._clock.now()
        await self._pcs.keep_alive(mac, credential, now)
        self._count += 1
        self._last = now
        return now

    def _observe_count(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(self._count)]

    def _observe_age(self, _: CallbackOptions) -> Iterable[Observation]:
        last = self._last
        if last is None:
            return []
        return [Observation((self._clock.now() - last).total_seconds())]
