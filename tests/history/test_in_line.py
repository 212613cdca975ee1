"""How the history hears of runs: in line, which costs less than any way to another thread."""

import asyncio
import threading
from pathlib import Path

import pytest

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions
from loopjobs.history import RunHistory, add_history

RUNS = 30


async def quick(ct: CancellationToken) -> None:
    pass


async def test_runs_wake_nobody_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No thread of listeners, and no call from one to the event loop; each is a system call."""
    settings = {
        "History": {"Url": f"sqlite:///{tmp_path}/h.db", "WriteIntervalInSeconds": 3_600},
        "HistoryCleanupJob": {"InitialDelayInSeconds": 3_600},
        "quick": {"IntervalInSeconds": 3_600, "InitialDelayInSeconds": 3_600},
    }
    builder = add_history(HostBuilder(settings_files=(), settings=settings))
    calls: list[object] = []
    async with builder.add_loop_job(quick, LoopJobOptions).build() as host:
        history = await host.container.get(RunHistory)
        # Whatever the store is asked at the start has been answered.
        assert await history.latest("quick") == []
        monkeypatch.setattr(asyncio.get_running_loop(), "call_soon_threadsafe", calls.append)
        for _ in range(RUNS):
            await host.jobs["quick"].trigger()
        names = {thread.name for thread in threading.enumerate()}
        monkeypatch.undo()
        stored = await history.latest("quick")
    assert calls == []
    assert "loopjobs listeners" not in names
    assert len(stored) == RUNS
