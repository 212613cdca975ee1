"""Settings can be read again while the host runs; only a good reading is taken over."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    ControlError,
    Host,
    HostBuilder,
    LoopJobOptions,
    Options,
    OptionsChanged,
    OptionsMonitor,
)
from loopjobs.testing import EventRecorder, FakeClock

Write = Callable[..., None]


class SweepOptions(LoopJobOptions):
    limit: int = 1


class Mail(Options):
    server: str = "localhost"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(mail: object = None, **section: object) -> None:
        content = {"Sweep": {"IntervalInSeconds": 10, **section}, "Mail": mail or {}}
        (tmp_path / "settings.json").write_text(json.dumps(content), encoding="utf-8")

    write()
    return write


seen: list[tuple[int, int, str]] = []
monitors: list[OptionsMonitor[SweepOptions]] = []


class Sweep:
    name = "Sweep"

    def __init__(
        self,
        options: SweepOptions,
        monitor: OptionsMonitor[SweepOptions],
        mail: OptionsMonitor[Mail],
        clock: FakeClock,
    ) -> None:
        self.options = options
        self.monitor = monitor
        monitors.append(monitor)
        self.mail = mail
        self.clock = clock

    async def execute(self, ct: CancellationToken) -> None:
        await ct.sleep(1)
        current = self.monitor.current
        seen.append((self.options.limit, current.limit, self.mail.current.server))


@pytest.fixture
def host(write: Write, tmp_path: Path, clock: FakeClock, recorder: EventRecorder) -> Host:
    seen.clear()
    monitors.clear()
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: clock, provides=FakeClock)
    builder = HostBuilder(settings_files=[tmp_path / "settings.json"], clock=clock)
    builder.add_provider(provider).add_listener(recorder).add_options(Mail, "Mail")
    return builder.add_loop_job(Sweep, SweepOptions).build()


async def test_a_run_sees_the_options_it_began_with_and_the_next_one_the_new(
    host: Host, write: Write, clock: FakeClock, recorder: EventRecorder
) -> None:
    """The constructor keeps what it got; options of no job change at once."""
    async with host:
        await clock.advance(0)
        write(Limit=2, mail={"Server": "smtp"})
        assert await host.reload_settings() == ()
        await clock.advance(20)
    assert seen == [(1, 1, "smtp"), (1, 2, "smtp")]
    assert len(recorder.of(OptionsChanged)) == 1


async def test_outside_a_run_the_latest_options_are_seen(
    host: Host, write: Write, clock: FakeClock
) -> None:
    """By a page that shows them, say."""
    async with host:
        write(Limit=2)
        await host.reload_settings()
        assert host.jobs["Sweep"].status().options.model_dump()["limit"] == 2
        await clock.advance(0)
        assert monitors[0].current.limit == 2


async def test_a_reading_that_changes_nothing_is_not_announced(
    host: Host, recorder: EventRecorder
) -> None:
    """Equal options are the same options."""
    async with host:
        assert await host.reload_settings() == ()
    assert recorder.of(OptionsChanged) == []


async def test_a_bad_reading_leaves_the_last_good_options_and_says_why(
    host: Host, write: Write, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """One ERROR with every problem, which the caller gets as well."""
    async with host:
        write(IntervalInSeconds=-1, Limt=3)
        problems = await host.reload_settings()
        assert len(problems) == 2
        assert host.jobs["Sweep"].status().options.interval_in_seconds == 10
    (record,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert "the last good ones stay" in record.getMessage()
    assert all(str(problem) in record.getMessage() for problem in problems)


async def test_settings_are_reloaded_only_while_the_host_runs(host: Host) -> None:
    """Neither before nor after."""
    with pytest.raises(ControlError, match="host is not running"):
        await host.reload_settings()
    async with host:
        pass
    with pytest.raises(ControlError, match="host is not running"):
        await host.reload_settings()
