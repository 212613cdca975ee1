"""All jobs of a host, those in trouble first."""

from collections.abc import Callable
from typing import Final

from loopjobs import Clock, Host
from loopjobs.health import Blockage, HealthChecks, HealthStatus
from loopjobs.web._rows import row_of
from loopjobs.web._views import JobRow, OverviewView

_TROUBLE_FIRST: Final = tuple(status.value for status in reversed(HealthStatus))


class Overview:
    """Reads a host, as it is at this moment."""

    def __init__(self, host: Host, clock: Clock, title: str, replica: Callable[[], str]) -> None:
        self._host = host
        self._checks = HealthChecks(host)
        self._clock = clock
        self._title = title
        self._replica = replica

    def read(self) -> OverviewView:
        """Return what there is to see."""
        report = self._checks.report()
        last = report.last_blockage
        return OverviewView(
            title=self._title,
            replica=self._replica(),
            now=self._clock.now(),
            status=report.status.value,
            live=report.live.passes,
            ready=report.ready.passes,
            last_blockage=None if last is None else _blockage(last),
            jobs=sorted(map(row_of, self._host.jobs.values()), key=_trouble),
        )


def _trouble(row: JobRow) -> tuple[int, str]:
    return _TROUBLE_FIRST.index(row.health), row.name


def _blockage(blockage: Blockage) -> str:
    place = "" if blockage.place is None else f" in {blockage.place}"
    began = f"{blockage.began_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"The event loop was blocked for {blockage.duration:.1f} s{place}, from {began} on."
