"""A reload takes over good settings between runs, and leaves everything as it was otherwise."""

import logging
from collections.abc import Callable

import pytest
from pydantic import field_validator

from loopjobs import (
    CancellationToken,
    ControlError,
    Host,
    HostBuilder,
    LoopJobOptions,
    Options,
    OptionsChanged,
    OptionsMonitor,
    Outcome,
)
from loopjobs.testing import EventRecorder, FakeClock

Settings = dict[str, object]


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    limit: int = 1

    @field_validator("limit")
    @classmethod
    def _stumble(cls, value: int) -> int:
        if value == 13:
            raise KeyError("unlucky")
        return value


class Mail(Options):
    sender: str = "nobody"


class Sweep:
    seen: list[tuple[int, int, str]] = []  # noqa: RUF012 - emptied by each test

    def __init__(self, own: OptionsMonitor[SweepOptions], mail: OptionsMonitor[Mail]) -> None:
        self.own = own
        self.mail = mail

    async def execute(self, ct: CancellationToken) -> None:
        before = self.own.current.limit
        await ct.sleep(5)
        self.seen.append((before, self.own.current.limit, self.mail.current.sender))


@pytest.fixture
def settings() -> Settings:
    Sweep.seen.clear()
    return {"Sweep": {"Limit": 1}}


@pytest.fixture
def host(settings: Settings, clock: FakeClock, recorder: EventRecorder) -> Host:
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    builder.add_options(Mail, "Mail").add_listener(recorder)
    return builder.add_loop_job(Sweep, SweepOptions).build()


def problems_of(records: list[logging.LogRecord]) -> list[str]:
    return [record.getMessage() for record in records if record.levelno == logging.ERROR]


async def test_a_run_sees_one_snapshot_and_the_next_run_the_new_one(
    host: Host, settings: Settings, clock: FakeClock
) -> None:
    """Options of no job are seen at once; between runs the monitor shows the latest."""
    async with host:
        await clock.advance(2)
        settings.update({"Sweep": {"Limit": 2}, "Mail": {"Sender": "me"}})
        assert list(await host.reload_settings()) == []
        await clock.advance(13)
        assert Sweep.seen == [(1, 1, "me"), (2, 2, "me")]


async def test_a_wait_in_progress_is_counted_anew_from_the_last_slot(
    host: Host, settings: Settings, clock: FakeClock, recorder: EventRecorder
) -> None:
    """Three seconds after the slot at 0, the next is due at 8 and not at 10."""
    async with host:
        await clock.advance(6)
        settings["Sweep"] = {"IntervalInSeconds": 8}
        await host.reload_settings()
        await clock.advance(2)
        assert host.jobs["Sweep"].status().ledger.due == 2
    assert [event.job for event in recorder.of(OptionsChanged)] == ["Sweep"]


async def test_a_reload_that_changes_nothing_is_no_change(
    host: Host, clock: FakeClock, recorder: EventRecorder
) -> None:
    """Nobody is told, and no wait is touched."""
    async with host:
        await clock.advance(6)
        assert list(await host.reload_settings()) == []
        await clock.advance(4)
        assert host.jobs["Sweep"].status().ledger.due == 2
    assert recorder.of(OptionsChanged) == []


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({"Sweep": {"Limit": "many"}, "Mail": {"Sender": "me"}}, "Sweep:Limit: must be an integer"),
        ({"Sweep": {"Limit": 5}, "Mail": {"Sender": 7}}, "Mail:Sender: must be a string"),
        ({"Sweep": {"Limit": 5}, "Host": {"Ports": 7}}, "Host:Ports: is not a known key"),
        ({"Sweep": 5}, "Sweep: a section must be an object, given 5"),
        (
            {"Sweep": {"Limit": 13}},
            "settings: while settings section 'Sweep' was bound to SweepOptions, a validator",
        ),
    ],
)
async def test_a_bad_reload_changes_nothing_and_is_one_error(
    section: Settings,
    text: str,
    host: Host,
    settings: Settings,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not even the good part is taken over; the problems are returned and logged in one line."""
    async with host:
        options = host.jobs["Sweep"].status().options
        settings.update(section)
        (problem,) = await host.reload_settings()
        assert str(problem).startswith(text)
        (line,) = problems_of(caplog.records)
        assert line.startswith("settings not taken over, the last good ones stay:\n  - ")
        assert str(problem) in line
        assert host.jobs["Sweep"].status().options is options
        await clock.advance(5)
        assert Sweep.seen[-1][-1] == "nobody"
        settings.update({"Sweep": {"Limit": 2}, "Mail": {}, "Host": {}})
        assert list(await host.reload_settings()) == []


async def test_a_job_can_be_switched_off_and_on(
    host: Host, settings: Settings, clock: FakeClock
) -> None:
    """Enabled is an option like others."""
    async with host:
        await clock.advance(6)
        settings["Sweep"] = {"Enabled": False}
        await host.reload_settings()
        await clock.advance(100)
        job = host.jobs["Sweep"]
        assert (job.status().ledger.due, str(job.status().state)) == (1, "disabled")
        settings["Sweep"] = {}
        await host.reload_settings()
        await clock.advance(5)
        assert [record.outcome for record in job.history()] == [Outcome.SUCCEEDED] * 2


async def test_only_a_running_host_reloads(host: Host) -> None:
    """Before the start and after the stop nobody would take it over."""
    with pytest.raises(ControlError, match="not running"):
        await host.reload_settings()
    async with host:
        pass
    with pytest.raises(ControlError, match="not running"):
        await host.reload_settings()


async def test_outside_a_run_a_monitor_shows_the_latest(
    settings: Settings, clock: FakeClock
) -> None:
    """A service may look at the options of a job."""
    shown: list[Callable[[], int]] = []

    class Watcher:
        def __init__(self, monitor: OptionsMonitor[SweepOptions]) -> None:
            shown.append(lambda: monitor.current.limit)

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    builder.add_options(Mail, "Mail").add_hosted_service(Watcher)
    async with builder.add_loop_job(Sweep, SweepOptions).build() as host:
        before = shown[0]()
        settings["Sweep"] = {"Limit": 3}
        await host.reload_settings()
        assert (before, shown[0]()) == (1, 3)


async def test_somebody_who_wants_to_know_is_called_with_changed_options(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once for each change, until called off; one that fails is logged and hurts nobody."""
    monitor = OptionsMonitor(LoopJobOptions(interval_in_seconds=1))
    heard: list[float] = []

    def broken(options: LoopJobOptions) -> None:
        raise ValueError("what a listener")

    monitor.on_change(broken)
    call_off = monitor.on_change(lambda options: heard.append(options.interval_in_seconds))
    monitor.use(LoopJobOptions(interval_in_seconds=1))
    monitor.use(LoopJobOptions(interval_in_seconds=2))
    call_off()
    monitor.use(LoopJobOptions(interval_in_seconds=3))
    assert heard == [2]
    assert "broken" in caplog.records[0].getMessage()
