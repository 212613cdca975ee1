"""The questions that can be asked about a host."""

from collections.abc import Iterable

from loopjobs import Host, JobState
from loopjobs.health._report import Blockage, HealthReport, HealthStatus, Probe
from loopjobs.health._rules import assess, worst
from loopjobs.health._watchdog import Watchdog


class HealthChecks:
    """Asks a host how it is. Nothing is cached, nothing is awaited, and no database is asked.

    A `Watchdog` among the services of the host is found by itself.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def live(self) -> Probe:
        """Say whether the loops are being served: if not, a restart is the cure."""
        return self._live([(name, job.state) for name, job in self._host.jobs.items()])

    def _live(self, states: Iterable[tuple[str, JobState]]) -> Probe:
        if dead := [name for name, state in states if state is JobState.FAULTED]:
            return Probe(passes=False, reason=f"The loop of {', '.join(dead)} has died.")
        watchdog = self._watchdog()
        if watchdog is not None and (seconds := watchdog.blocked_for):
            blockage = watchdog.last_blockage
            place = _place(blockage) if blockage is not None and not blockage.is_over else ""
            reason = f"The event loop has been blocked for {seconds:.1f} s{place}."
            return Probe(passes=False, reason=reason)
        return Probe(passes=True, reason="The loops are being served.")

    def ready(self) -> Probe:
        """Say whether the host has started and does not stop: if not, send it no work."""
        if self._host.is_running:
            return Probe(passes=True, reason="The host has started.")
        return Probe(passes=False, reason="The host has not started, or it stops.")

    def report(self) -> HealthReport:
        """Say everything, job by job."""
        jobs = {name: assess(job.vitals()) for name, job in self._host.jobs.items()}
        live = self._live([(name, each.state) for name, each in jobs.items()])
        watchdog = self._watchdog()
        statuses = [each.status for each in jobs.values()]
        return HealthReport(
            status=worst(statuses) if live.passes else HealthStatus.UNHEALTHY,
            live=live,
            ready=self.ready(),
            jobs=jobs,
            blockages=0 if watchdog is None else watchdog.blockages,
            last_blockage=None if watchdog is None else watchdog.last_blockage,
        )

    def _watchdog(self) -> Watchdog | None:
        return next((each for each in self._host.services if isinstance(each, Watchdog)), None)


def _place(blockage: Blockage) -> str:
    return "" if blockage.place is None else f" in {blockage.place}"
