"""FixedRate: slot k is due at start + initial delay + k times the interval, and nowhere else."""

import asyncio
from itertools import pairwise

import pytest

from loopjobs import (
    CancellationToken,
    Event,
    HostBuilder,
    LoopJobOptions,
    LoopStarted,
    Outcome,
    SlotsSkipped,
    current_run,
)
from loopjobs.testing import FakeClock, JobHarness

from .bodies import Sleeper, harness

DAY = 86_400
TEN_A_SECOND = {"body": {"IntervalInSeconds": 0.1}}


async def test_instant_runs_start_on_the_grid(clock: FakeClock) -> None:
    """Tornado's first case: a period of 10, five ticks."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, initial_delay_in_seconds=10):
        await clock.advance(50)
    assert sleeper.starts == [10, 20, 30, 40, 50]


@pytest.mark.parametrize(
    ("seconds", "starts"),
    [
        (10, [0, 10, 20, 30, 40, 50, 60]),
        (14, [0, 20, 40, 60]),
        (25, [0, 30, 60]),
        (0, [0, 10, 20, 30, 40, 50, 60]),
    ],
)
async def test_a_long_run_goes_on_at_the_next_free_slot(
    clock: FakeClock, seconds: float, starts: list[float]
) -> None:
    """A slot whose time equals the end of the run is free."""
    sleeper = Sleeper(clock, seconds)
    async with harness(sleeper):
        await clock.advance(60)
    assert sleeper.starts == starts


async def test_runs_of_every_length_start_on_the_grid(clock: FakeClock) -> None:
    """Tornado's overrun case; where it skips a slot that equals the end, ours is free."""
    sleeper = Sleeper(clock, 9, 9, 10, 11, 20, 20, 35, 35, 0, 0, 0)
    async with harness(sleeper, initial_delay_in_seconds=10):
        await clock.advance(210)
    assert sleeper.starts == [10, 20, 30, 40, 60, 80, 100, 140, 180, 190, 200, 210]


@pytest.mark.parametrize("interval", [0.1, 0.3, 0.7, 1 / 3])
async def test_rounding_takes_no_slot(clock: FakeClock, interval: float) -> None:
    """A run of three intervals frees the third slot, whatever sums of floats make of it."""
    sleeper = Sleeper(clock, 3 * interval)
    async with harness(sleeper, interval):
        await clock.advance(300 * interval)
    assert sleeper.starts == pytest.approx([k * 3 * interval for k in range(101)])


async def test_ten_thousand_ticks_end_exactly_on_the_grid(clock: FakeClock) -> None:
    """No drift: each slot is computed from its number, and no error adds up."""
    starts: list[float] = []

    async def body(ct: CancellationToken) -> None:
        starts.append(clock.monotonic())

    builder = HostBuilder(settings_files=(), settings=TEN_A_SECOND, clock=clock)
    async with builder.add_loop_job(body, LoopJobOptions).build() as host:
        await clock.advance(1_000)
    assert host.jobs["body"].status().ledger.succeeded == 10_001
    assert starts == [k * 0.1 for k in range(10_001)]


@pytest.mark.parametrize("step", [DAY, -DAY, -1, -100])
async def test_a_step_of_the_wall_clock_changes_nothing(clock: FakeClock, step: float) -> None:
    """The grid is monotonic; the wall clock only stamps."""
    sleeper = Sleeper(clock, 1)
    async with harness(sleeper) as job:
        for _ in range(5):
            clock.step_wall_clock(step)
            await clock.advance(10)
        next_due = job.status().next_due_at
    assert sleeper.starts == [0, 10, 20, 30, 40, 50]
    assert next_due is not None
    assert (next_due - clock.now()).total_seconds() == 10
    assert job.status().ledger.missed == 0


async def test_a_run_in_progress_outlives_a_step_of_the_wall_clock(clock: FakeClock) -> None:
    """Its duration is measured on the monotonic clock."""
    sleeper = Sleeper(clock, 4)
    async with harness(sleeper, timeout_in_seconds=5) as job:
        clock.step_wall_clock(DAY)
        await clock.advance(9)
    record = job.history()[0]
    assert (record.outcome, record.duration) == (Outcome.SUCCEEDED, 4)


async def test_a_slot_skipped_leaves_its_mark_while_the_run_goes_on(clock: FakeClock) -> None:
    """A run that hangs is seen to hang: the mark names its age, at the time of the slot."""
    sleeper = Sleeper(clock, 1e6)
    async with harness(sleeper) as job:
        await clock.advance(9.9)
        assert job.recorder.of(SlotsSkipped) == []
        await clock.advance(0.1)
        (mark,) = job.recorder.of(SlotsSkipped)
        assert mark == SlotsSkipped("run", Outcome.SKIPPED_RUNNING, 1, running_for=10)
        assert job.status().ledger.in_flight == 1


@pytest.mark.parametrize(("stalled", "missed", "late"), [(5, 0, 0), (8, 0, 1), (35, 2, 8)])
async def test_a_stall_leaves_missed_slots_and_one_late_run(
    clock: FakeClock, stalled: float, missed: int, late: float
) -> None:
    """No burst follows it: the last slot it passed is run late, then the grid goes on."""
    sleeper = Sleeper(clock)
    async with harness(sleeper) as job:
        await clock.advance(3)
        clock.stall(stalled)
        await clock.advance(0)
        ledger = job.status().ledger
        assert (ledger.missed, sleeper.runs[-1].lateness) == (missed, late)
        await clock.advance(40)
    grid = [10.0 * k for k in range(1 + int(43 + stalled) // 10)]
    served = [start for start in sleeper.starts if start % 10 == 0]
    assert set(served) <= set(grid)
    assert len(sleeper.starts) + missed == len(grid)


async def test_a_body_that_blocks_the_process_leaves_missed_slots(clock: FakeClock) -> None:
    """The process could not look: that is no run in progress that would not end."""
    starts: list[float] = []

    async def body(ct: CancellationToken) -> None:
        starts.append(clock.monotonic())
        if len(starts) == 1:
            clock.stall(35)

    async with JobHarness(body, LoopJobOptions(interval_in_seconds=10), clock=clock) as job:
        await clock.advance(25)
    assert starts == [0, 35, 40, 50, 60]
    assert (job.status().ledger.missed, job.status().ledger.skipped_running) == (2, 0)


async def test_a_stall_during_a_run_skips_what_it_passed(clock: FakeClock) -> None:
    """The job was running when those slots were due."""
    sleeper = Sleeper(clock, 100, 0)
    async with harness(sleeper) as job:
        await clock.advance(5)
        clock.stall(50)
        await clock.advance(0)
        assert job.status().ledger.skipped_running == 5
        assert job.status().ledger.missed == 0


async def test_a_stall_passes_the_limit_of_a_run(clock: FakeClock) -> None:
    """The law holds where a slot, a limit and the end of a sleep are late together."""
    sleeper = Sleeper(clock, 12)
    async with harness(sleeper, timeout_in_seconds=15) as job:
        clock.stall(35)
        await clock.advance(0)
        ledger = job.status().ledger
        assert ledger.due == ledger.settled + ledger.in_flight
        await clock.advance(30)
    ledger = job.status().ledger
    assert ledger.timed_out + ledger.succeeded + ledger.cancelled == len(sleeper.starts)


async def test_an_initial_delay_of_zero_runs_at_once_without_blocking_the_start(
    clock: FakeClock,
) -> None:
    """The start returns while the first run is still to come; no time has to pass for it."""
    sleeper = Sleeper(clock, 1e6)
    job = harness(sleeper)
    await job.host.start()
    await clock.settle()
    assert sleeper.starts == [0]
    await clock.pass_until(asyncio.ensure_future(job.host.stop()))


@pytest.mark.parametrize(
    ("delay", "interval", "starts"), [(0.5, 0.1, [0.5, 0.6, 0.7]), (3, 10, [3, 13]), (20, 5, [20])]
)
async def test_initial_delay_and_interval_are_not_confused(
    clock: FakeClock, delay: float, interval: float, starts: list[float]
) -> None:
    """The first wait is the delay alone, every later one the interval alone."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, interval, initial_delay_in_seconds=delay):
        await clock.advance(delay / 2)
        assert sleeper.starts == []
        await clock.advance(max(0.25, delay / 2 + interval - 0.001))
        assert sleeper.starts == pytest.approx(starts[: len(sleeper.starts)])
    assert sleeper.starts[0] == delay


async def test_the_first_slot_comes_after_the_initial_delay(clock: FakeClock) -> None:
    """Aiomisc's case: none at .25 s, more than one and at most four at .75 s."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, 0.1, initial_delay_in_seconds=0.5):
        await clock.advance(0.25)
        assert sleeper.starts == []
        await clock.advance(0.5)
    assert sleeper.starts == pytest.approx([0.5, 0.6, 0.7])


async def test_eight_runs_keep_their_distance(clock: FakeClock) -> None:
    """Docket's case: 50 ms apart in the mean, and in each single case."""
    sleeper = Sleeper(clock, 0.01)
    async with harness(sleeper, 0.05):
        await clock.advance(0.36)
    gaps = [later - sooner for sooner, later in pairwise(sleeper.starts)]
    assert len(sleeper.starts) == 8
    assert gaps == pytest.approx([0.05] * 7)


async def test_ten_years_are_a_legal_interval(clock: FakeClock) -> None:
    """The next slot is far off, and the page can name its date."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, 10 * 366 * DAY) as job:
        await clock.advance(DAY)
        next_due = job.status().next_due_at
    assert next_due is not None
    assert next_due.year == 2036


@pytest.mark.parametrize("limit", [10, 5, 15])
async def test_a_limit_ends_before_the_slot_of_the_same_moment(
    clock: FakeClock, limit: float
) -> None:
    """A limit equal to the interval takes no slot."""
    sleeper = Sleeper(clock, 1e6)
    async with harness(sleeper, timeout_in_seconds=limit) as job:
        await clock.advance(60)
    assert sleeper.starts == ([0, 20, 40, 60] if limit == 15 else [0, 10, 20, 30, 40, 50, 60])
    assert {record.outcome for record in job.history()[1:]} == {Outcome.TIMED_OUT}


async def test_a_run_that_ends_at_its_limit_has_kept_it(clock: FakeClock) -> None:
    """The limit is what a run may take."""
    sleeper = Sleeper(clock, 5)
    async with harness(sleeper, timeout_in_seconds=5) as job:
        await clock.advance(10)
    assert job.status().ledger.timed_out == 0
    assert job.status().ledger.succeeded == 1


async def test_jobs_that_start_together_are_due_together(clock: FakeClock) -> None:
    """However long their starts take; but a first slot is not due before its loop has begun."""
    starts: dict[str, list[float]] = {"first": [], "second": [], "soon": [], "after": []}

    def slow(event: Event, /) -> None:
        if isinstance(event, LoopStarted):
            clock.stall(0.25)

    class Migration:
        async def start(self) -> None:
            clock.stall(10)

        async def stop(self) -> None: ...

    async def job(ct: CancellationToken) -> None:
        run = current_run()
        starts[run.job].append(run.due)

    delays = {"first": 2.0, "second": 2.0, "soon": 0.25, "after": 2.0}
    settings = {
        name: {"IntervalInSeconds": 100, "InitialDelayInSeconds": delay}
        for name, delay in delays.items()
    }
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    builder.add_listener(slow)
    for name in delays:
        if name == "after":
            builder.add_hosted_service(Migration())
        builder.add_loop_job(job, LoopJobOptions, name=name)
    async with builder.build():
        await clock.advance(20)
    assert starts == {"first": [2.0], "second": [2.0], "soon": [0.75], "after": [12.75]}
