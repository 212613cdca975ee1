"""Every job of a host gets the slot that is due at its start."""

import asyncio

import pytest

from loopjobs import CancellationToken, Clock, HostBuilder, LoopJobOptions, SystemClock
from loopjobs.testing import FakeClock


class _Options(LoopJobOptions):
    interval_in_seconds: float = 10


class _Pause:
    async def start(self) -> None:
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Nothing is left to stop."""


@pytest.mark.parametrize("kind", [FakeClock, SystemClock])
@pytest.mark.parametrize("services", [0, 1, 2])
async def test_no_job_loses_its_first_slot_to_another(kind: type[Clock], services: int) -> None:
    """However many turns of the event loop lie between the starts of two jobs."""
    ran = asyncio.Queue[None]()

    async def note_run(ct: CancellationToken) -> None:
        ran.put_nowait(None)

    builder = HostBuilder(settings_files=(), clock=kind())
    for number in range(3):
        builder.add_loop_job(note_run, _Options, name=f"Job{number}")
        for _ in range(services):
            builder.add_hosted_service(_Pause())
    async with builder.build() as host:
        async with asyncio.timeout(5):
            for _ in host.jobs:
                await ran.get()
        assert [job.status().ledger.skipped_running for job in host.jobs.values()] == [0, 0, 0]
