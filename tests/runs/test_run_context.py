"""What is set for each run before its body: context variables, by whoever asked for that."""

import logging
from contextvars import Context, ContextVar

import pytest

from loopjobs import CancellationToken, CurrentRun, HostBuilder, LoopJobOptions, RegistrationError
from loopjobs.testing import FakeClock

color: ContextVar[str] = ContextVar("color", default="none")


def builder_of(clock: FakeClock, job: object, **section: object) -> HostBuilder:
    settings = {"job": {"IntervalInSeconds": 10, **section}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    return builder.add_loop_job(job, LoopJobOptions, name="job")  # type: ignore[arg-type] # any body


async def test_the_body_sees_what_was_set_and_the_next_run_begins_anew(clock: FakeClock) -> None:
    """Also in a worker thread; nothing is left over from the run before."""
    seen: list[str] = []

    class Body:
        def execute(self, ct: CancellationToken) -> None:
            seen.append(color.get())
            color.set("spoiled")

    def enter(run: CurrentRun) -> None:
        seen.append(color.get())
        color.set(f"{run.job} {run.slot}")

    async with builder_of(clock, Body).add_run_context(enter).build():
        await clock.advance(10)
    assert seen == ["none", "job 0", "none", "job 1"]


async def test_one_that_fails_is_logged_and_the_run_goes_on(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The next one is asked all the same."""
    seen: list[str] = []

    async def body(ct: CancellationToken) -> None:
        seen.append(color.get())

    def fail(run: CurrentRun) -> None:
        raise SystemExit(3)

    def enter(run: CurrentRun) -> None:
        color.set("red")

    builder = builder_of(clock, body).add_run_context(fail).add_run_context(enter)
    async with builder.build() as host:
        await clock.advance(0)
        assert host.jobs["job"].status().ledger.succeeded == 1
    assert seen == ["red"]
    assert "failed on run" in caplog.text
    assert caplog.records[0].levelno == logging.ERROR


async def test_a_run_by_hand_knows_the_context_it_was_asked_for_in(clock: FakeClock) -> None:
    """So that a trace can link both; the run of a slot has none."""
    origins: list[Context | None] = []

    async def body(ct: CancellationToken) -> None:
        pass

    builder = builder_of(clock, body).add_run_context(lambda run: origins.append(run.origin))
    async with builder.build() as host:
        await clock.advance(0)
        token = color.set("green")
        await host.jobs["job"].trigger()
        color.reset(token)
    by_slot, by_hand = origins
    assert by_slot is None
    assert by_hand is not None
    assert by_hand[color] == "green"


async def test_what_cannot_be_called_is_refused(clock: FakeClock) -> None:
    """At build, with all other mistakes."""

    async def body(ct: CancellationToken) -> None:
        pass

    builder = builder_of(clock, body).add_run_context("red")  # type: ignore[arg-type] # the mistake
    with pytest.raises(RegistrationError, match="run context an object of str"):
        builder.build()
