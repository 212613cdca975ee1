"""One run of one job on a host that is not started: for the command line."""

from collections.abc import Callable

import pytest

from loopjobs import (
    CancellationToken,
    ControlError,
    Host,
    Outcome,
    RunEnded,
    StartError,
    current_run,
)
from loopjobs.testing import EventRecorder, FakeClock

Build = Callable[..., Host]


async def first(ct: CancellationToken) -> None:
    pass


async def wanted(ct: CancellationToken) -> None:
    current_run().report(done=3)


async def failing(ct: CancellationToken) -> None:
    raise ValueError("no luck")


class Service:
    def __init__(self) -> None:
        self.told: list[str] = []

    async def start(self) -> None:
        self.told.append("start")

    async def stop(self) -> None:
        self.told.append("stop")


async def test_the_record_says_how_the_run_ended(build: Build) -> None:
    """With what it has reported; nothing of the schedule has run."""
    host = build(wanted)
    record = await host.run_once("wanted")
    status = host.jobs["wanted"].status()
    assert (record.outcome, record.reported) == (Outcome.SUCCEEDED, {"done": 3})
    assert (status.ledger.due, status.by_hand.succeeded) == (0, 1)


async def test_a_run_that_fails_is_a_record_as_well(build: Build) -> None:
    """It is no error of whoever asked for it."""
    record = await build(failing).run_once("failing")
    assert (record.outcome, record.error) == (Outcome.FAILED, "ValueError: no luck")


async def test_what_comes_before_the_job_starts_and_what_comes_after_does_not(
    build: Build, recorder: EventRecorder, clock: FakeClock
) -> None:
    """A database before it, yes; a web server after it, no; and never another loop."""
    database, server = Service(), Service()
    await build(database, first, wanted, server).run_once("wanted")
    await clock.advance(60)
    assert (database.told, server.told) == (["start", "stop"], [])
    assert [event.job for event in recorder.events if isinstance(event, RunEnded)] == ["wanted"]


async def test_the_host_has_stopped_when_it_returns(build: Build) -> None:
    """As any host it lives once."""
    host = build(wanted)
    await host.run_once("wanted")
    assert not host.is_running
    with pytest.raises(StartError, match="started once"):
        await host.run_once("wanted")


async def test_a_running_host_is_left_alone(build: Build) -> None:
    """A second schedule beside the first would be a surprise."""
    async with build(wanted) as host:
        with pytest.raises(StartError, match="started once"):
            await host.run_once("wanted")
        assert host.is_running


async def test_a_job_that_is_not_there_is_named_with_those_that_are(build: Build) -> None:
    """A slip of the pen is seen at a glance."""
    with pytest.raises(ControlError, match=r"no such job; there are: first, wanted"):
        await build(first, wanted).run_once("wnated")


async def test_a_disabled_job_says_so(build: Build) -> None:
    """Who disabled it meant it."""
    with pytest.raises(ControlError, match="disabled"):
        await build(wanted, Enabled=False).run_once("wanted")
