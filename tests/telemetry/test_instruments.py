"""What is measured of jobs, as Prometheus gets to read it."""

import math
from collections.abc import Callable
from typing import TypeAlias

import pytest
from opentelemetry.metrics import NoOpMeterProvider

from loopjobs import CancellationToken, HostBuilder, JobBody, Outcome, current_run
from loopjobs.health import Watchdog, WatchdogOptions
from loopjobs.telemetry import JobInstruments, NamedCounter, add_telemetry
from loopjobs.testing import FakeClock
from servicekit.testing.exposition import Exposition

from .conftest import EveryTenSeconds

Measured: TypeAlias = Callable[..., HostBuilder]

NAMES = {
    "target": ("info", ""),
    "periodic_job_runs": ("counter", ""),
    "periodic_job_run_active": ("gauge", ""),
    "periodic_job_run_overstayed": ("gauge", ""),
    "periodic_job_run_oldest_age_seconds": ("gauge", "seconds"),
    "periodic_job_run_duration_seconds": ("histogram", "seconds"),
    "periodic_job_run_lateness_seconds": ("histogram", "seconds"),
    "periodic_job_last_success_timestamp_seconds": ("gauge", "seconds"),
    "periodic_job_last_start_timestamp_seconds": ("gauge", "seconds"),
    "periodic_job_next_due_timestamp_seconds": ("gauge", "seconds"),
    "periodic_job_interval_seconds": ("gauge", "seconds"),
    "periodic_job_silence_seconds": ("gauge", "seconds"),
    "periodic_job_patience_seconds": ("gauge", "seconds"),
    "periodic_job_consecutive_failures": ("gauge", ""),
    "periodic_job_enabled": ("gauge", ""),
    "periodic_job_paused": ("gauge", ""),
    "periodic_job_health": ("gauge", ""),
    "periodic_job_reported": ("counter", ""),
    "periodic_job_reported_last": ("gauge", ""),
    "periodic_event_loop_blockages": ("counter", ""),
}


@pytest.fixture
def measured(clock: FakeClock) -> Measured:
    """Give a builder with one job that is measured."""

    def build(
        body: JobBody, named: tuple[NamedCounter, ...] = (), **settings: object
    ) -> HostBuilder:
        builder = HostBuilder(settings_files=(), settings={"job": settings}, clock=clock)
        add_telemetry(builder, named=named)
        builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
        return builder.add_loop_job(body, EveryTenSeconds, name="job")

    return build


async def idle(ct: CancellationToken) -> None:
    """Do nothing."""


async def deleting(ct: CancellationToken) -> None:
    """Report as many as there were runs."""
    current_run().report(deleted=current_run().number, backlog=10 - current_run().number)


async def test_the_names_are_these(measured: Measured, clock: FakeClock) -> None:
    """Names, types and units, as they come out of the exporter: alerts and dashboards use them."""
    async with measured(deleting).build() as host:
        await clock.advance(5)
        exposition = await Exposition.of(host)
    assert exposition.families == NAMES


async def test_every_entry_of_the_ledger_is_there_before_it_happens(measured: Measured) -> None:
    """With 0: otherwise `rate()` does not see the first one."""
    async with measured(idle, InitialDelayInSeconds=60).build() as host:
        exposition = await Exposition.of(host)
    for outcome in Outcome:
        found = exposition.value("periodic_job_runs_total", trigger="schedule", outcome=outcome)
        assert found == 0
    assert len(exposition.values("periodic_job_runs_total", trigger="hand")) == 6


async def test_what_becomes_of_slots_is_counted(measured: Measured, clock: FakeClock) -> None:
    """Skipped ones, too; what is in progress is not yet."""

    async def body(ct: CancellationToken) -> None:
        await clock.sleep(14)

    async with measured(body).build() as host:
        await clock.advance(25)
        await host.jobs["job"].pause()
        await clock.advance(10)
        exposition = await Exposition.of(host)
        ledger = host.jobs["job"].status().ledger
    runs = {
        outcome: exposition.value("periodic_job_runs_total", trigger="schedule", outcome=outcome)
        for outcome in Outcome
    }
    assert runs == {outcome: getattr(ledger, outcome.value) for outcome in Outcome}
    assert (runs[Outcome.SUCCEEDED], runs[Outcome.SKIPPED_RUNNING]) == (2, 1)
    assert runs[Outcome.SKIPPED_PAUSED] == 1


async def test_runs_by_hand_are_told_apart(measured: Measured) -> None:
    """By a label, so that a sum over it has all runs."""
    async with measured(idle, InitialDelayInSeconds=60).build() as host:
        await host.jobs["job"].trigger()
        exposition = await Exposition.of(host)
    assert exposition.value("periodic_job_runs_total", trigger="hand", outcome="succeeded") == 1
    assert sum(exposition.values("periodic_job_runs_total", trigger="schedule")) == 0


async def test_the_present_is_seen(measured: Measured, clock: FakeClock) -> None:
    """What is in progress, when the next slot comes, and when a run last succeeded."""

    async def body(ct: CancellationToken) -> None:
        await clock.sleep(2)

    async with measured(body).build() as host:
        began = clock.now().timestamp()
        await clock.advance(11)
        exposition = await Exposition.of(host)
    job = {"job_name": "job"}
    assert exposition.value("periodic_job_run_active", trigger="schedule", **job) == 1
    assert exposition.value("periodic_job_run_oldest_age_seconds", **job) == 1
    at = {
        name: (exposition.value(f"periodic_job_{name}_timestamp_seconds", **job) or 0) - began
        for name in ("last_start", "last_success", "next_due")
    }
    assert at == pytest.approx({"last_start": 10, "last_success": 2, "next_due": 20})
    assert exposition.value("periodic_job_interval_seconds", **job) == 10
    assert exposition.value("periodic_job_silence_seconds", **job) == 9
    assert exposition.value("periodic_job_patience_seconds", **job) == 32


@pytest.mark.parametrize(("enabled", "gap"), [(True, 3 * 86_400), (False, None)])
async def test_the_interval_of_a_calendar_is_the_time_to_the_next_slot(
    measured: Measured, clock: FakeClock, *, enabled: bool, gap: float | None
) -> None:
    """From the last one; it is left out where there is none."""
    # From the second of January on, a Friday, until the Monday after it.
    async with measured(idle, Cron="0 0 * * 1-5", Enabled=enabled).build() as host:
        await clock.advance(86_400 * 1.5)
        exposition = await Exposition.of(host)
    assert exposition.value("periodic_job_interval_seconds", job_name="job") == gap


async def test_how_well_a_job_is_can_be_read(measured: Measured, clock: FakeClock) -> None:
    """One of three is 1; paused and failures in a row stand beside it."""

    async def body(ct: CancellationToken) -> None:
        raise ConnectionError

    async with measured(body).build() as host:
        await clock.advance(25)
        sick = await Exposition.of(host)
        await host.jobs["job"].pause()
        resting = await Exposition.of(host)
    assert sick.value("periodic_job_consecutive_failures") == 3
    assert sick.value("periodic_job_health", status="unhealthy") == 1
    assert sick.value("periodic_job_health", status="healthy") == 0
    assert (sick.value("periodic_job_paused"), resting.value("periodic_job_paused")) == (0, 1)
    assert resting.value("periodic_job_health", status="degraded") == 1


async def test_durations_and_lateness_are_distributions(
    measured: Measured, clock: FakeClock
) -> None:
    """In buckets from milliseconds to an hour, durations by outcome."""

    async def body(ct: CancellationToken) -> None:
        await clock.sleep(0.02)

    async with measured(body).build() as host:
        await clock.advance(5)
        clock.stall(7)
        await clock.advance(1)
        exposition = await Exposition.of(host)
    name = "periodic_job_run_duration_seconds"
    buckets = {
        edge: exposition.value(f"{name}_bucket", outcome="succeeded", le=edge)
        for edge in ("0.01", "0.025", "3600.0", "+Inf")
    }
    assert buckets == {"0.01": 0, "0.025": 2, "3600.0": 2, "+Inf": 2}
    late = "periodic_job_run_lateness_seconds"
    assert exposition.value(f"{late}_bucket", le="0.001") == 1
    assert exposition.value(f"{late}_bucket", le="5.0") == 2
    assert exposition.value(f"{late}_sum") == pytest.approx(2)


async def test_what_runs_report_adds_up(measured: Measured, clock: FakeClock) -> None:
    """And the last value stands beside the sum, for counters that are levels in truth."""
    async with measured(deleting).build() as host:
        await clock.advance(25)
        exposition = await Exposition.of(host)
    sums = {
        counter: exposition.value("periodic_job_reported_total", counter=counter)
        for counter in ("deleted", "backlog")
    }
    assert sums == {"deleted": 6, "backlog": 24}
    assert exposition.value("periodic_job_reported_last", counter="backlog") == 7


async def test_a_sum_never_falls(measured: Measured, clock: FakeClock) -> None:
    """What is negative or no number stays out of it."""

    async def body(ct: CancellationToken) -> None:
        number = current_run().number
        current_run().report(balance=5 if number == 1 else -3, share=math.nan)

    async with measured(body).build() as host:
        await clock.advance(15)
        exposition = await Exposition.of(host)
    assert exposition.value("periodic_job_reported_total", counter="balance") == 5
    assert exposition.value("periodic_job_reported_last", counter="balance") == -3
    assert exposition.values("periodic_job_reported_total", counter="share") == []


async def test_names_that_runs_make_up_are_bounded(measured: Measured, clock: FakeClock) -> None:
    """A job that reports under ever new names does not fill the store of whoever scrapes."""

    async def body(ct: CancellationToken) -> None:
        current_run().report(**{f"pc{number}": 1 for number in range(60)})

    async with measured(body).build() as host:
        await clock.advance(5)
        exposition = await Exposition.of(host)
    assert len(exposition.values("periodic_job_reported_total")) == 51
    assert exposition.value("periodic_job_reported_total", counter="other") == 10


async def test_counters_get_names_of_their_own(measured: Measured, clock: FakeClock) -> None:
    """Sums are there from the start; levels when a run has seen one."""
    named = (
        NamedCounter(
            name="shop.rows.deleted",
            description="Rows deleted.",
            job="job",
            counter="deleted",
            unit="{row}",
            attributes={"kind": "order"},
        ),
        NamedCounter(
            name="shop.rows.deleted",
            description="Rows deleted.",
            job="job",
            counter="drafts",
            unit="{row}",
            attributes={"kind": "draft"},
        ),
        NamedCounter(
            name="shop.backlog",
            description="Rows left.",
            job="job",
            counter="backlog",
            unit="{row}",
            is_level=True,
        ),
    )
    async with measured(deleting, named, InitialDelayInSeconds=1).build() as host:
        before = await Exposition.of(host)
        await clock.advance(15)
        after = await Exposition.of(host)
    assert before.value("shop_rows_deleted_total", kind="order") == 0
    assert before.value("shop_backlog") is None
    assert after.value("shop_rows_deleted_total", kind="order") == 3
    assert after.value("shop_rows_deleted_total", kind="draft") == 0
    assert after.value("shop_backlog") == 8


async def test_rehearsals_do_not_count(measured: Measured, clock: FakeClock) -> None:
    """A run that says so has deleted nothing."""

    async def body(ct: CancellationToken) -> None:
        is_dry = int(current_run().number > 1)
        current_run().report(deleted=4, dry_run=is_dry)

    named = NamedCounter(
        name="shop.rows.deleted",
        description="Rows deleted.",
        job="job",
        counter="deleted",
        unless="dry_run",
    )
    async with measured(body, (named,)).build() as host:
        await clock.advance(25)
        exposition = await Exposition.of(host)
    assert exposition.value("shop_rows_deleted_total") == 4


async def test_without_a_meter_runs_run(clock: FakeClock) -> None:
    """The API alone measures nothing and hurts nobody."""
    instruments = JobInstruments(NoOpMeterProvider())
    builder = HostBuilder(settings_files=(), clock=clock).add_listener(instruments.hear)
    host = builder.add_loop_job(idle, EveryTenSeconds).build()
    instruments.observe(host)
    async with host:
        await clock.advance(5)
        assert host.jobs["idle"].status().ledger.succeeded == 1
