"""Shows what became of PCs to whoever measures."""

from collections.abc import Iterable

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from login.domain.pc_counts import PcCounts


class PcInstruments:
    """The instruments of PCs.

    They are observed, so that they are there before the first change: a rate needs something to
    rise from.
    """

    def __init__(self, counts: PcCounts, meters: MeterProvider) -> None:
        self._counts = counts
        meter = meters.get_meter("login")
        meter.create_observable_counter(
            "login.pc.restored",
            [self._observe_restored],
            "{pc}",
            "Removed PCs that came back, by themselves or by an administrator.",
        )
        meter.create_observable_counter(
            "login.pc.transitions",
            [self._observe_transitions],
            "{pc}",
            "PCs whose status changed, by the one they have since.",
        )

    def _observe_restored(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(self._counts.restored)]

    def _observe_transitions(self, _: CallbackOptions) -> Iterable[Observation]:
        return [
            Observation(count, {"to": status.name.lower()})
            for status, count in self._counts.transitions.items()
        ]
