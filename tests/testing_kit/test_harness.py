"""The harness runs one job with options and fakes, and nothing of the machine gets in."""

import asyncio
from typing import Annotated

import pytest
from dishka import FromComponent, FromDishka, Provider, Scope
from pydantic import BaseModel, Field, SecretStr

from loopjobs import (
    CancellationToken,
    Clock,
    JobState,
    LoopJobOptions,
    Outcome,
    RegistrationError,
    RunEnded,
    RunOn,
    RunStarted,
)
from loopjobs.testing import EventRecorder, FakeClock, JobHarness


class Store:
    def __init__(self, rows: int) -> None:
        self.rows = rows


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    limit: int = 2


class Sweep:
    name = "Sweeper"

    def __init__(self, store: Store, options: SweepOptions) -> None:
        self.store = store
        self.limit = options.limit

    async def execute(self, ct: CancellationToken) -> None:
        if not self.store.rows:
            raise ValueError("nothing left")
        self.store.rows -= min(self.store.rows, self.limit)


async def test_a_job_is_run_with_fakes_on_virtual_time() -> None:
    """Hours pass in milliseconds, and the harness shows what became of every slot."""
    store = Store(rows=5)
    async with JobHarness(Sweep, SweepOptions(limit=2), fakes={Store: store}) as harness:
        await harness.clock.advance(25)
        assert store.rows == 0
        assert harness.status().ledger.succeeded == 3
        await harness.clock.advance(5)
        assert [record.outcome for record in harness.history()][:2] == [
            Outcome.FAILED,
            Outcome.SUCCEEDED,
        ]
    assert harness.status().state is JobState.STOPPED
    assert len(harness.recorder.of(RunEnded)) == 4


async def test_the_job_keeps_its_own_name() -> None:
    """In records and events as in the host of the service."""
    async with JobHarness(Sweep, SweepOptions(), fakes={Store: Store(1)}) as harness:
        assert (await harness.run_once()).job == "Sweeper"
    assert list(harness.host.jobs) == ["Sweeper"]


async def test_a_function_is_tested_like_a_class() -> None:
    """With what it asks for in each run."""
    seen: list[object] = []

    async def sweep(
        ct: CancellationToken, store: FromDishka[Store], own: FromDishka[Clock]
    ) -> None:
        seen.extend([store.rows, own])

    clock = FakeClock()
    options = SweepOptions(initial_delay_in_seconds=60)
    async with JobHarness(sweep, options, fakes={Store: Store(7)}, clock=clock) as harness:
        record = await harness.run_once()
    assert (record.outcome, seen) == (Outcome.SUCCEEDED, [7, clock])


async def test_a_run_that_sleeps_is_a_task_beside_the_clock() -> None:
    """Somebody has to let time pass."""

    async def sweep(ct: CancellationToken) -> None:
        await ct.sleep(5)

    options = SweepOptions(initial_delay_in_seconds=60)
    async with JobHarness(sweep, options) as harness:
        running = asyncio.create_task(harness.run_once())
        await harness.clock.advance(5)
        assert (await running).duration == 5


async def test_fakes_win_over_providers_and_each_stands_for_its_type() -> None:
    """So a test can use the providers of the service and replace one thing."""
    seen: list[object] = []

    async def sweep(
        ct: CancellationToken,
        store: FromDishka[Store],
        number: FromDishka[int],
        other: Annotated[Store, FromComponent("other")],
    ) -> None:
        seen.extend([store.rows, number, other.rows])

    own, other = Provider(scope=Scope.REQUEST), Provider(scope=Scope.APP, component="other")
    own.provide(lambda: Store(1), provides=Store)
    own.provide(lambda: 5, provides=int)
    other.provide(lambda: Store(3), provides=Store)
    async with JobHarness(
        sweep, SweepOptions(), fakes={Store: Store(2)}, providers=(own, other)
    ) as harness:
        await harness.clock.advance(0)
    assert seen == [2, 5, 3]


class Secrets(BaseModel):
    key: SecretStr
    hidden: int = Field(1, exclude=True)


class DelicateOptions(SweepOptions):
    secrets: Secrets | None = None
    left_out: int = Field(1, exclude=True)
    renamed: str = Field("", alias="OtherName")
    table: dict[str, int] = Field(default_factory=dict)


async def test_options_arrive_as_they_were_given() -> None:
    """Secrets, fields that are left out of dumps, aliases and nested models included."""
    given = DelicateOptions(
        secrets=Secrets(key=SecretStr("hunter2"), hidden=7),
        left_out=8,
        renamed="x",
        table={"a": 1},
        timeout_in_seconds=None,
    )
    seen: list[DelicateOptions] = []

    async def sweep(ct: CancellationToken, options: FromDishka[DelicateOptions]) -> None:
        seen.append(options)

    async with JobHarness(sweep, given) as harness:
        await harness.clock.advance(0)
    assert seen == [given]
    assert harness.status().options == given
    assert given.model_fields_set == seen[0].model_fields_set


async def test_the_machine_does_not_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its variables nor its settings files."""
    monkeypatch.setenv("SWEEPER__LIMIT", "99")
    monkeypatch.setenv("Sweep__Limit", "99")
    async with JobHarness(Sweep, SweepOptions(), fakes={Store: Store(1)}) as harness:
        assert harness.status().options == SweepOptions()


def test_a_missing_fake_is_told_at_once() -> None:
    """Before anything is started."""
    with pytest.raises(RegistrationError, match="Sweeper: needs Store, which no provider gives"):
        JobHarness(Sweep, SweepOptions())


async def test_the_recorder_sorts_events_by_their_kind() -> None:
    """It is a listener like any other."""
    recorder = EventRecorder()
    async with JobHarness(Sweep, SweepOptions(), fakes={Store: Store(1)}) as harness:
        await harness.clock.advance(0)
    for event in harness.recorder.events:
        recorder(event)
    assert recorder.events == harness.recorder.events
    (started,) = recorder.of(RunStarted)
    (ended,) = recorder.of(RunEnded)
    assert started.run_id == ended.record.run_id


async def test_what_the_test_raises_is_what_it_fails_with() -> None:
    """The host is stopped all the same."""
    harness = JobHarness(Sweep, SweepOptions(), fakes={Store: Store(1)})
    with pytest.raises(KeyError):
        async with harness:
            raise KeyError("the test")
    assert harness.status().state is JobState.STOPPED


async def test_a_job_of_one_replica_finds_leases_in_memory() -> None:
    """It runs with a fencing token, as it will in the cluster."""
    options = LoopJobOptions(interval_in_seconds=10, run_on=RunOn.ONE_REPLICA)
    async with JobHarness(sweep_once, options) as harness:
        await harness.clock.advance(1)
        record = harness.status().last_run
        assert record is not None
        assert record.fencing_token == 1
        harness.leases.is_down = True
        await harness.clock.advance(10)
        assert harness.status().ledger.skipped_lease_unavailable >= 1


async def sweep_once(ct: CancellationToken) -> None:
    """Sweep nothing."""
