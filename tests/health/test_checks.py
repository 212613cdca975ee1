"""Live, ready and the report of a host: each can say no."""

import asyncio
from collections.abc import Callable

import pytest

from loopjobs import CancellationToken, Host
from loopjobs.health import HealthChecks, HealthStatus
from loopjobs.testing import FakeClock

from .kennel import Kennel

Build = Callable[..., Host]


class Flaky:
    """Fails as often as it is told."""

    name = "Flaky"
    fails = 0

    async def execute(self, ct: CancellationToken) -> None:
        if type(self).fails:
            type(self).fails -= 1
            raise ConnectionError("password hunter2 was refused")


async def quick(ct: CancellationToken) -> None:
    pass


@pytest.fixture(autouse=True)
def _heal() -> None:
    Flaky.fails = 0


async def test_a_host_is_ready_from_start_to_stop(build: Build) -> None:
    """And alive before, so that nobody kills it while it starts."""
    host = build(quick)
    checks = HealthChecks(host)
    seen = [(checks.ready().passes, checks.live().passes)]
    async with host:
        seen.append((checks.ready().passes, checks.live().passes))
    assert [*seen, (checks.ready().passes, checks.live().passes)] == [
        (False, True),
        (True, True),
        (False, True),
    ]
    assert checks.ready().reason == "The host has not started, or it stops."


async def test_a_service_that_starts_slowly_keeps_the_host_from_being_ready(
    build: Build, clock: FakeClock
) -> None:
    """It may be bringing its database up to date."""

    class Slow:
        async def start(self) -> None:
            await clock.sleep(60)

        async def stop(self) -> None: ...

    host = build(Slow())
    checks = HealthChecks(host)
    starting = asyncio.create_task(host.start())
    await clock.advance(59)
    assert (checks.ready().passes, checks.live().passes) == (False, True)
    await clock.advance(1)
    await starting
    assert checks.ready().passes
    await host.stop()


async def test_a_host_whose_loop_died_is_not_alive(build: Build, clock: FakeClock) -> None:
    """It is named, and the report is unhealthy."""
    tasks: list[asyncio.Task[object] | None] = []

    async def victim(ct: CancellationToken) -> None:
        tasks.append(asyncio.current_task())

    host = build(victim, quick)
    checks = HealthChecks(host)
    await host.start()
    await clock.advance(0)
    assert tasks[0] is not None
    tasks[0].cancel()
    await clock.advance(0)
    assert not checks.live().passes
    assert checks.live().reason == "The loop of victim has died."
    report = checks.report()
    assert report.status is HealthStatus.UNHEALTHY
    assert report.jobs["quick"].status is HealthStatus.HEALTHY


async def test_a_host_whose_event_loop_is_blocked_is_not_alive(
    build: Build, kennel: Kennel
) -> None:
    """As long as it lasts; the report shows where, then and afterwards."""
    host = build(quick, kennel.watchdog)
    checks = HealthChecks(host)
    async with host:
        kennel.call()
        kennel.block(6)
        assert not checks.live().passes
        assert checks.live().reason.startswith("The event loop has been blocked for 6.0 s in ")
        blocked = checks.report()
        assert (blocked.status, blocked.blockages) == (HealthStatus.UNHEALTHY, 1)
        await asyncio.sleep(0)
        after = checks.report()
        assert after.live.passes
        assert (after.status, after.blockages) == (HealthStatus.HEALTHY, 1)
        assert after.last_blockage is not None
        assert (after.last_blockage.is_over, after.last_blockage.duration) == (True, 6)
        assert "kennel.block(6)" in (after.last_blockage.stack or "")


async def test_a_blockage_that_nobody_has_looked_at_counts_already(
    build: Build, kennel: Kennel
) -> None:
    """Who asks from another thread need not wait for the watchdog."""
    host = build(quick, kennel.watchdog)
    async with host:
        kennel.call()
        kennel.clock.stall(6)
        assert HealthChecks(host).live().reason == "The event loop has been blocked for 6.0 s."


async def test_the_report_is_as_bad_as_the_worst_job(build: Build, clock: FakeClock) -> None:
    """Failures degrade it, more of them make it unhealthy, a success heals it."""
    Flaky.fails = 3
    host = build(quick, Flaky)
    checks = HealthChecks(host)
    seen = []
    async with host:
        for _ in range(4):
            await clock.advance(10)
            seen.append(checks.report())
    assert [report.status.value for report in seen] == [
        "degraded",
        "unhealthy",
        "healthy",
        "healthy",
    ]
    assert {report.jobs["quick"].status.value for report in seen} == {"healthy"}
    assert seen[1].jobs["Flaky"].reason == (
        "The last 3 runs failed with ConnectionError; unhealthy from 3."
    )


async def test_a_run_that_hangs_degrades_the_report(build: Build, clock: FakeClock) -> None:
    """No failure need be recorded for that."""

    async def hangs(ct: CancellationToken) -> None:
        await ct.wait()

    host = build(hangs)
    checks = HealthChecks(host)
    async with host:
        await clock.advance(30)
        assert checks.report().status is HealthStatus.HEALTHY
        await clock.advance(1)
        assert checks.report().status is HealthStatus.DEGRADED


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
@pytest.mark.parametrize("seconds", [0, 9, 14, 35, 100])
async def test_a_job_that_succeeds_is_healthy_however_long_it_runs(
    build: Build, clock: FakeClock, pacing: str, seconds: float
) -> None:
    """At every moment, once its first run has ended."""

    async def job(ct: CancellationToken) -> None:
        await ct.sleep(seconds)

    host = build(job, Pacing=pacing, JitterInSeconds=9)
    checks = HealthChecks(host)
    async with host:
        await clock.advance(seconds + 10)
        for _ in range(400):
            await clock.advance(1)
            assert checks.report().status is HealthStatus.HEALTHY


async def test_a_host_without_jobs_is_healthy(build: Build) -> None:
    """Nothing is wrong with it."""
    report = HealthChecks(build()).report()
    assert (report.status, report.blockages, report.last_blockage) == (
        HealthStatus.HEALTHY,
        0,
        None,
    )
