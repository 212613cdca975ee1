"""What it costs to ask a host how it is, counted and not timed: nobody is served meanwhile."""

import pytest

from loopjobs import CancellationToken, HostBuilder, Ledger, LoopJobOptions, RunRecord
from loopjobs.health import HealthChecks
from loopjobs.testing import FakeClock

JOBS = 10


async def quick(ct: CancellationToken) -> None:
    pass


async def test_a_report_makes_no_record_and_reads_no_ledger(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand jobs that are well would need four thousand of them."""
    names = [f"job{number}" for number in range(JOBS)]
    settings = {name: {"IntervalInSeconds": 10} for name in names}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    for name in names:
        builder.add_loop_job(quick, LoopJobOptions, name=name)
    async with builder.build() as host:
        await clock.advance(25)
        for kind in (RunRecord, Ledger):
            monkeypatch.setattr(kind, "__init__", _refuse)
        report = HealthChecks(host).report()
    assert {each.reason for each in report.jobs.values()} == {"The last run succeeded 5 s ago."}


def _refuse(*_: object, **__: object) -> None:
    pytest.fail("a report needs none of these")
