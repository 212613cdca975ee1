"""How the thread that hears of runs calls the event loop."""

import asyncio
from pathlib import Path

import pytest

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions
from loopjobs.history import add_history
from loopjobs.testing import FakeClock

JOBS = 30


async def quick(ct: CancellationToken) -> None:
    pass


async def test_many_runs_at_once_call_the_event_loop_once(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While it is busy with them it cannot answer, and each call is a system call."""
    names = [f"job{number}" for number in range(JOBS)]
    section = {"IntervalInSeconds": 10, "InitialDelayInSeconds": 10}
    settings = {"History": {"Url": f"sqlite:///{tmp_path}/h.db"}, **dict.fromkeys(names, section)}
    builder = add_history(HostBuilder(settings_files=(), settings=settings, clock=clock))
    for name in names:
        builder.add_loop_job(quick, LoopJobOptions, name=name)
    async with builder.build():
        await clock.advance(5)
        calls: list[object] = []
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "call_soon_threadsafe", calls.append)
        await clock.advance(5)
        monkeypatch.undo()
    assert len(calls) == 1
