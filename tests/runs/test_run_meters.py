"""Who counts runs where they begin and end."""

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

from loopjobs import (
    CancellationToken,
    CurrentRun,
    HostBuilder,
    LoopJobOptions,
    Outcome,
    RegistrationError,
    current_run,
)
from loopjobs.testing import FakeClock


@dataclass
class Meter:
    """Notes what it is told."""

    noted: list[tuple[object, ...]] = field(default_factory=list)

    def note_start(self, run: CurrentRun) -> None:
        self.noted.append((run.job, run.slot, run.lateness))

    def note_end(self, run: CurrentRun, outcome: Outcome, duration: float) -> None:
        self.noted.append((run.job, run.slot, outcome, duration, run.reported))


class Broken:
    """Fails, each time."""

    def note_start(self, run: CurrentRun) -> None:
        raise SystemExit(3)

    def note_end(self, run: CurrentRun, outcome: Outcome, duration: float) -> None:
        raise SystemExit(3)


def builder_of(clock: FakeClock, **section: object) -> HostBuilder:
    async def body(ct: CancellationToken) -> None:
        current_run().report(done=1)
        await clock.sleep(4)

    settings = {"job": {"IntervalInSeconds": 10, **section}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    return builder.add_loop_job(body, LoopJobOptions, name="job")


async def test_a_meter_is_told_of_each_run_at_its_begin_and_at_its_end(clock: FakeClock) -> None:
    """By schedule or by hand, with what the run has reported."""
    meter = Meter()
    async with builder_of(clock).add_run_meter(meter).build() as host:
        await clock.advance(5)
        by_hand = asyncio.create_task(host.jobs["job"].trigger())
        await clock.advance(4)
        await by_hand
    done = (Outcome.SUCCEEDED, 4.0, {"done": 1})
    assert meter.noted[:2] == [("job", 0, 0.0), ("job", 0, *done)]
    assert meter.noted[2:] == [("job", None, 0.0), ("job", None, *done)]


async def test_a_run_that_passes_its_limit_has_ended_once(clock: FakeClock) -> None:
    """At the limit."""
    meter = Meter()
    async with builder_of(clock, TimeoutInSeconds=3).add_run_meter(meter).build():
        await clock.advance(5)
    assert [noted[2:4] for noted in meter.noted[1:]] == [(Outcome.TIMED_OUT, 3.0)]


async def test_one_that_fails_is_logged_and_neither_run_nor_others_notice(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever it raises."""
    meter = Meter()
    async with builder_of(clock).add_run_meter(Broken()).add_run_meter(meter).build() as host:
        await clock.advance(5)
        assert host.jobs["job"].status().ledger.succeeded == 1
    assert len(meter.noted) == 2
    failures = [each for each in caplog.records if "run meter" in each.getMessage()]
    assert [each.levelno for each in failures] == [logging.ERROR] * 2


def test_what_cannot_measure_is_refused(clock: FakeClock) -> None:
    """Before anything starts."""
    builder = builder_of(clock).add_run_meter(object())  # type: ignore[arg-type] # the mistake
    with pytest.raises(RegistrationError, match="no method note_start and no method note_end"):
        builder.build()
