"""`loopjobs plan`: what it says is what a host does."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, Pacing, RunStarted
from loopjobs.testing import EventRecorder, FakeClock

from .conftest import Command, WriteApp

_ROUNDING = timedelta(microseconds=2)


def all_options() -> st.SearchStrategy[LoopJobOptions]:
    """Return options of every kind that moves a tick."""
    seconds = st.floats(0, 5_000, allow_subnormal=False)
    return st.builds(
        lambda interval, delay, spread, share, pacing: LoopJobOptions(
            interval_in_seconds=interval,
            initial_delay_in_seconds=delay,
            # A host may begin at once and run until the last moment it might have begun at.
            start_jitter_in_seconds=interval * spread,
            jitter_in_seconds=interval * share,
            pacing=pacing,
        ),
        st.floats(0.001, 1_000),
        seconds,
        st.one_of(st.just(0.0), st.floats(0, 50)),
        st.one_of(st.just(0.0), st.floats(0, 0.99)),
        st.sampled_from(Pacing),
    )


async def starts(options: LoopJobOptions, until: timedelta) -> Sequence[RunStarted]:
    """Return the starts of a job with these options, as a real host makes them."""

    async def job(ct: CancellationToken) -> None:
        pass

    clock, recorder = FakeClock(), EventRecorder()
    section = {"job": options.model_dump(by_alias=True, exclude_unset=True)}
    builder = HostBuilder(settings_files=(), settings=section, clock=clock)
    builder.add_loop_job(job, LoopJobOptions).add_listener(recorder)
    async with builder.build():
        await clock.advance(until.total_seconds() + 0.001)
    return recorder.of(RunStarted)


@dataclass(frozen=True)
class Tick:
    """A slot, as the plan tells of it."""

    due_from: datetime
    due_until: datetime
    starts_until: datetime

    def is_kept_by(self, start: RunStarted) -> bool:
        """Whether the slot lies where it was planned, and the run begins when it should."""
        due = self.due_from - _ROUNDING <= start.due_at <= self.due_until + _ROUNDING
        return due and start.due_at - _ROUNDING <= start.started_at <= self.starts_until + _ROUNDING


_ONE_JOB = """
def build():
    return HostBuilder().add_loop_job(spill, LoopJobOptions, name="job")
"""


def ticks_of(command: Command, app: str, options: LoopJobOptions, now: datetime) -> list[Tick]:
    """Return what the command plans for a job with these options."""
    section = {"job": options.model_dump(mode="json", by_alias=True, exclude_unset=True)}
    Path("appsettings.json").write_text(json.dumps(section), encoding="utf-8")
    ended = command("plan", app, "--count", "5", "--at", now.isoformat(), "--json")
    (job,) = json.loads(ended.out)["jobs"]
    names = ("due_from", "due_until", "starts_until")
    return [Tick(*(datetime.fromisoformat(tick[name]) for name in names)) for tick in job["ticks"]]


@settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(options=all_options())
def test_a_host_does_as_planned(
    command: Command, write_app: WriteApp, options: LoopJobOptions
) -> None:
    """Each slot falls into its range; without a start jitter the range is a point."""
    now = FakeClock().now()
    ticks = ticks_of(command, write_app(_ONE_JOB), options, now)
    made = asyncio.run(starts(options, ticks[-1].starts_until - now))
    assert len(made) >= len(ticks)
    assert all(tick.is_kept_by(start) for tick, start in zip(ticks, made, strict=False))
    if not options.start_jitter_in_seconds:
        assert all(tick.due_from == tick.due_until for tick in ticks)
    moved = {start.due_at - tick.due_from for tick, start in zip(ticks, made, strict=False)}
    assert max(moved) - min(moved) <= _ROUNDING, "the start jitter moves all slots alike"


_JOBS = """
def build():
    section = {"InitialDelayInSeconds": 600, "StartJitterInSeconds": 5, "JitterInSeconds": 1}
    off, delayed = {"Enabled": False}, {"Pacing": "FixedDelay"}
    settings = {"grid": section, "off": off, "delayed": delayed}
    settings["triggered"] = {"StartedBy": "Trigger", "InitialDelayInSeconds": 5}
    builder = HostBuilder(settings_files=(), settings=settings)
    for name in ("grid", "off", "delayed", "triggered"):
        builder.add_loop_job(spill, SweepOptions, name=name)
    return builder
"""


def test_the_plan_in_words(command: Command, write_app: WriteApp) -> None:
    """Ranges, the fixed delay and the disabled job are said to be what they are."""
    ended = command("plan", write_app(_JOBS), "--count", "2", "--at", "2026-03-01T09:00:00+01:00")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "grid  every 10 s, first after 10 min, all moved by up to 5 s, each up to 1 s late",
        "  2026-03-01 08:10:00Z to 2026-03-01 08:10:06Z  in 10 min to 10 min 6 s",
        "  2026-03-01 08:10:10Z to 2026-03-01 08:10:16Z  in 10 min 10 s to 10 min 16 s",
        "off  disabled: it never ticks",
        "delayed  10 s after each run",
        "  2026-03-01 08:00:00Z  at once",
        "  then 10 s after the end of each run",
        "triggered  when triggered",
    ]


_CALENDARS = """
def build():
    weekdays = {"Cron": "0 9 * * 1-5", "TimeZone": "Europe/Berlin", "JitterInSeconds": 60}
    settings = {"at once": weekdays, "later": {**weekdays, "InitialDelayInSeconds": 86_400}}
    builder = HostBuilder(settings_files=(), settings=settings)
    for name in settings:
        builder.add_loop_job(spill, LoopJobOptions, name=name)
    return builder
"""


def test_a_calendar_is_planned_across_a_weekend_and_a_change_of_the_clock(
    command: Command, write_app: WriteApp
) -> None:
    """From the initial delay on; only the jitter delays a start."""
    ended = command("plan", write_app(_CALENDARS), "-n", "3", "--at", "2026-03-27T07:30:00Z")
    when = "at 09:00 on Monday through Friday (Europe/Berlin)"
    assert ended.out.splitlines()[:6] == [
        f"at once  {when}, each up to 1 min late",
        "  2026-03-27 08:00:00Z to 2026-03-27 08:01:00Z  in 30 min to 31 min",
        "  2026-03-30 07:00:00Z to 2026-03-30 07:01:00Z  in 2 d 23 h to 2 d 23 h",
        "  2026-03-31 07:00:00Z to 2026-03-31 07:01:00Z  in 3 d 23 h to 3 d 23 h",
        f"later  {when}, first after 1 d, each up to 1 min late",
        "  2026-03-30 07:00:00Z to 2026-03-30 07:01:00Z  in 2 d 23 h to 2 d 23 h",
    ]


def test_the_plan_as_json(command: Command, write_app: WriteApp) -> None:
    """One document; it begins now, unless told otherwise."""
    clock = FakeClock(datetime(2026, 3, 1, tzinfo=UTC))
    line = ["plan", write_app(_JOBS), "--job", "grid", "-n", "1", "--json"]
    ended = command(*line, clock=clock)
    assert json.loads(ended.out) == {
        "at": "2026-03-01T00:00:00+00:00",
        "jobs": [
            {
                "name": "grid",
                "schedule": "every 10 s",
                "pacing": "FixedRate",
                "is_enabled": True,
                "later_ticks_depend_on_runs": False,
                "ticks": [
                    {
                        "number": 0,
                        "due_from": "2026-03-01T00:10:00+00:00",
                        "due_until": "2026-03-01T00:10:05+00:00",
                        "starts_until": "2026-03-01T00:10:06+00:00",
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--at", "tomorrow"], "--at takes an instant with its offset"),
        (["--at", "2026-03-01T08:00:00"], "--at takes an instant with its offset"),
        (["--at", "9999-12-31T23:59:59Z"], "past the year 9999"),
        (["--job", "gird"], "there is no job 'gird'. Did you mean grid?"),
        (["--count", "0"], "--count"),
    ],
)
def test_what_cannot_be_planned_is_told(
    command: Command, write_app: WriteApp, arguments: list[str], words: str
) -> None:
    """Code 2, with what to give instead."""
    ended = command("plan", write_app(_JOBS), *arguments)
    assert ended.code == 2
    assert words in ended.err
