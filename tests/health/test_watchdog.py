"""The watchdog notices that the event loop serves nobody, says where it is, and when it is over."""

import asyncio
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from loopjobs import HostBuilder, StartError
from loopjobs.health import HealthChecks, Watchdog, WatchdogOptions
from loopjobs.testing import FakeClock

from .kennel import Kennel


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "loopjobs.health"
    ]


def block_in_a_function_of_this_name(kennel: Kennel) -> None:
    kennel.block(6)


async def test_a_loop_that_serves_is_not_blocked(
    kennel: Kennel, caplog: pytest.LogCaptureFixture
) -> None:
    """However long it is watched."""
    async with kennel.watching() as watchdog:
        for _ in range(50):
            await kennel.clock.advance(1)
            kennel.steps.look()
        assert (watchdog.blocked_for, watchdog.blockages, watchdog.last_blockage) == (0, 0, None)
    assert lines(caplog) == []
    assert set(kennel.steps.waits) == {1.0}


async def test_a_blocked_loop_is_named_with_its_stack(
    kennel: Kennel, caplog: pytest.LogCaptureFixture
) -> None:
    """In one ERROR, as soon as the limit has passed."""
    async with kennel.watching() as watchdog:
        kennel.block(4.9)
        assert (watchdog.blocked_for, lines(caplog)) == (0, [])
        block_in_a_function_of_this_name(kennel)
        assert watchdog.blocked_for == pytest.approx(10.9)
        ((level, text),) = lines(caplog)
        assert level == "ERROR"
        assert "blocked for 10.9 s" in text
        assert "in block_in_a_function_of_this_name\n    kennel.block(6)" in text
        last = watchdog.last_blockage
        assert last is not None
        assert not last.is_over
        assert last.duration == pytest.approx(10.9)
        assert last.began_at == kennel.clock.now() - timedelta(seconds=10.9)
        assert last.stack is not None
        assert last.stack in text
        assert last.place is not None
        assert "(threading.py, line" in last.place


async def test_a_blockage_is_told_once(kennel: Kennel, caplog: pytest.LogCaptureFixture) -> None:
    """However long it lasts."""
    async with kennel.watching() as watchdog:
        for _ in range(60):
            kennel.block(1)
        assert [level for level, _ in lines(caplog)] == ["ERROR"]
        assert (watchdog.blocked_for, watchdog.blockages) == (60, 1)


async def test_the_end_of_a_blockage_is_told_with_its_duration(
    kennel: Kennel, caplog: pytest.LogCaptureFixture
) -> None:
    """As it was when the loop served again, not when somebody looked."""
    async with kennel.watching() as watchdog:
        kennel.block(7)
        kennel.clock.stall(1)
        await asyncio.sleep(0)
        assert watchdog.blocked_for == 0
        await kennel.clock.advance(30)
        kennel.steps.look()
        level, text = lines(caplog)[-1]
        assert (level, len(lines(caplog))) == ("WARNING", 2)
        assert "served again; it was blocked for 8.0 s in " in text
        last = watchdog.last_blockage
        assert last is not None
        assert (last.is_over, last.duration, watchdog.blockages) == (True, 8, 1)


async def test_every_blockage_is_told(kennel: Kennel, caplog: pytest.LogCaptureFixture) -> None:
    """Two in a row are two."""
    async with kennel.watching() as watchdog:
        for _ in range(2):
            kennel.block(7)
            await asyncio.sleep(0)
            kennel.steps.look()
        assert [level for level, _ in lines(caplog)] == ["ERROR", "WARNING"] * 2
        assert watchdog.blockages == 2


async def test_a_blockage_that_no_thread_could_see_is_told_afterwards(
    kennel: Kennel, caplog: pytest.LogCaptureFixture
) -> None:
    """Native code that holds the interpreter stops the watchdog, too."""
    async with kennel.watching() as watchdog:
        kennel.clock.stall(9)
        await asyncio.sleep(0)
        kennel.steps.look()
        ((level, text),) = lines(caplog)
        assert (level, text) == (
            "WARNING",
            "the event loop is served again; it was blocked for 9.0 s",
        )
        last = watchdog.last_blockage
        assert last is not None
        assert (last.stack, last.place, watchdog.blockages) == (None, None, 1)


async def test_a_stop_tells_the_end_of_a_blockage(
    kennel: Kennel, caplog: pytest.LogCaptureFixture
) -> None:
    """Who stops is served, so it is over."""
    async with kennel.watching() as watchdog:
        kennel.block(7)
    assert [level for level, _ in lines(caplog)] == ["ERROR", "WARNING"]
    await kennel.clock.advance(100)
    assert watchdog.blocked_for == 0
    assert watchdog.last_blockage is not None
    assert watchdog.last_blockage.duration == 7


async def test_a_watchdog_is_started_once(kennel: Kennel) -> None:
    """Another loop needs another one; stopping twice is harmless."""
    async with kennel.watching() as watchdog:
        with pytest.raises(StartError, match="started once"):
            await watchdog.start()
    await watchdog.stop()
    with pytest.raises(StartError, match="started once"):
        await watchdog.start()


async def test_a_host_builds_it_from_its_section(clock: FakeClock) -> None:
    """On a virtual clock it has no thread: that stands still while a thread waits."""
    builder = HostBuilder(
        settings_files=(), settings={"Watchdog:IntervalInSeconds": 2}, clock=clock
    )
    builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
    host = builder.build()
    threads = threading.active_count()
    async with host:
        assert (await host.container.get(WatchdogOptions)).interval_in_seconds == 2
        (watchdog,) = host.services
        assert isinstance(watchdog, Watchdog)
        assert threading.active_count() == threads


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"IntervalInSeconds": 0}, "greater than or equal to 0.01"),
        ({"BlockedAfterInSeconds": 0}, "greater than or equal to 0.01"),
        ({"IntervalInSeconds": 6}, r"must not be less than IntervalInSeconds \(6\)"),
    ],
)
def test_options_that_make_no_sense_are_refused(section: dict[str, float], message: str) -> None:
    """A limit shorter than the interval could not be kept."""
    with pytest.raises(ValidationError, match=message):
        WatchdogOptions.model_validate(section)


@pytest.mark.smoke
async def test_a_loop_that_really_blocks_is_noticed_from_a_real_thread() -> None:
    """In real time, on the system clock, with the line that blocks it."""
    settings = {"Watchdog": {"IntervalInSeconds": 0.01, "BlockedAfterInSeconds": 0.25}}
    builder = HostBuilder(settings_files=(), settings=settings)
    builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
    host = builder.build()
    async with host:
        checks = HealthChecks(host)
        lives = [checks.live().passes]
        for _ in range(1_000):
            time.sleep(0.01)  # noqa: ASYNC251 - to block the loop is what this is about
            lives.append(checks.live().passes)
            if checks.report().last_blockage is not None:
                break
        last = checks.report().last_blockage
        assert last is not None
        assert "test_watchdog.py" in (last.stack or "")
        assert (lives[0], lives[-1]) == (True, False)


@pytest.mark.smoke
@pytest.mark.parametrize("end", ["loop.close()", "pass"])
def test_a_forgotten_watchdog_keeps_no_process_alive(end: str, tmp_path: Path) -> None:
    """Whether its event loop was closed over it or only left."""
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(f"""
        import asyncio
        from loopjobs import SystemClock
        from loopjobs.health import Watchdog, WatchdogOptions

        options = WatchdogOptions(interval_in_seconds=0.02, blocked_after_in_seconds=60)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(Watchdog(options, SystemClock()).start())
        {end}
        """)
    )
    subprocess.run([sys.executable, program], check=True, timeout=30)
