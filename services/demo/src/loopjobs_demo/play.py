"""Plays the demonstration: service, job and fleet in one process, over real HTTP."""

import asyncio
import logging
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console

from login.app import build_host_builder
from login.client import AccessTokens, LoginClient
from login.client.fleet import (
    Fleet,
    FleetPlan,
    FleetTally,
    LifePattern,
    MeteredTransport,
    http_lanes,
)
from loopjobs import Clock, StartError, SystemClock
from loopjobs_demo.narrator import Narrator
from loopjobs_demo.runs import JOB, SweepInbox
from loopjobs_demo.stage import Stage, set_stage
from loopjobs_demo.status_changes import StatusChanges
from servicekit.cli.log_lines import configure_logging
from servicekit.cli.mistakes import FAILED, CommandError
from servicekit.cli.program_console import ProgramConsole
from servicekit.cli.until_signal import run_until_signal
from servicekit.database import Database

_FOLDER: Final = Path("var")
_PATTERN: Final = LifePattern(mean_stay=40.0, mean_absence=18.0, silent_share=0.6, ramp=1.5)
_CONNECTIONS: Final = 4


def play(duration: float | None, pcs: int, port: int, seed: int) -> None:
    """Play on this machine, for that many seconds or until a signal.

    Raises:
        CommandError: The service did not start.
    """
    configure_logging(logging.WARNING)
    clock = SystemClock()
    stage = set_stage(_FOLDER, port, clock.now())
    plan = FleetPlan(pcs=pcs, seed=seed, pattern=_PATTERN)
    run_until_signal(play_on(stage, plan, duration, ProgramConsole(), clock))


async def play_on(
    stage: Stage, plan: FleetPlan, duration: float | None, console: Console, clock: Clock
) -> None:
    """Play on a stage, for that many seconds or until cancelled.

    Raises:
        CommandError: The service did not start.
    """
    sweeps, tally = SweepInbox(), FleetTally()
    builder = build_host_builder(settings_files=[], settings=stage.settings(), clock=clock)
    host = builder.add_listener(sweeps).build()
    changes = StatusChanges(await host.container.get(Database))
    narrator = Narrator(console, changes, sweeps, tally, clock=clock, pcs=plan.pcs)
    try:
        async with host:
            narrator.open(stage)
            try:
                await _perform(stage, plan, duration, narrator, tally, clock)
            finally:
                await narrator.look()
    except StartError as error:
        raise CommandError(str(error), FAILED) from error
    finally:
        narrator.close(host.jobs[JOB].status().ledger)


async def _perform(
    stage: Stage,
    plan: FleetPlan,
    duration: float | None,
    narrator: Narrator,
    tally: FleetTally,
    clock: Clock,
) -> None:
    transport = MeteredTransport(http_lanes(_CONNECTIONS), tally, clock)
    async with (
        httpx.AsyncClient(base_url=stage.url, transport=transport) as http,
        asyncio.TaskGroup() as group,
    ):
        telling = group.create_task(narrator.narrate())
        client = LoginClient(http, AccessTokens(http, stage.fleet, clock))
        await Fleet(plan, client, tally, clock).run(duration)
        telling.cancel()
