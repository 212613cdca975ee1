"""Plays the demonstration: two services, a fleet and an office in one process, over real HTTP."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Final

from rich.console import Console

import admin_provisioning.app
import login.app
from login.client.fleet import FleetPlan, FleetTally, LifePattern
from loopjobs import Clock, Host, HostBuilder, StartError, SystemClock
from loopjobs_demo.cast import Cast, hire
from loopjobs_demo.narrator import Narrator
from loopjobs_demo.office import OfficeTally, Person
from loopjobs_demo.runs import RunInbox
from loopjobs_demo.stage import Stage, set_stage
from loopjobs_demo.status_changes import StatusChanges
from loopjobs_demo.wording import JOBS
from servicekit.cli.log_lines import configure_logging
from servicekit.cli.mistakes import FAILED, CommandError
from servicekit.cli.program_console import ProgramConsole
from servicekit.cli.until_signal import run_until_signal
from servicekit.database import Database

_FOLDER: Final = Path("var")
_PATTERN: Final = LifePattern(mean_stay=40.0, mean_absence=18.0, silent_share=0.6, ramp=1.5)


def play(duration: float | None, pcs: int, port: int, seed: int) -> None:
    """Play on this machine, for that many seconds or until a signal.

    Raises:
        CommandError: There is no place for its files, or a service did not start.
    """
    clock = SystemClock()
    stage = set_stage(_FOLDER, port, clock.now())
    _make(stage.folder)
    configure_logging(logging.WARNING)
    plan = FleetPlan(pcs=pcs, seed=seed, pattern=_PATTERN)
    run_until_signal(play_on(stage, plan, duration, ProgramConsole(), clock))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CommandError(
            f"cannot make the folder {folder.absolute()} ({why}); start this where you may write",
            FAILED,
        ) from error


async def play_on(
    stage: Stage, plan: FleetPlan, duration: float | None, console: Console, clock: Clock
) -> None:
    """Play on a stage, for that many seconds or until cancelled.

    Raises:
        CommandError: A service did not start.
    """
    runs, tallies = RunInbox(), (FleetTally(), OfficeTally())
    hosts = _build(stage, runs, clock)
    changes = StatusChanges(await hosts[0].container.get(Database))
    narrator = Narrator(console, changes, runs, tallies, clock=clock, pcs=plan.pcs)
    cast = Cast(stage, plan, tallies, clock, Random(plan.seed))  # noqa: S311 - a story, no secret
    narrator.open(stage, cast.ghosts)
    try:
        async with AsyncExitStack() as services:
            for host in hosts:
                await services.enter_async_context(host)
            try:
                people = await hire(hosts[0].container, cast.names, stage.password)
                await _perform(people, cast, narrator, duration, clock)
            finally:
                await narrator.look()
    except StartError as error:
        raise CommandError(str(error), FAILED) from error
    finally:
        jobs = {name: handle for host in hosts for name, handle in host.jobs.items()}
        narrator.close({job: jobs[job].status().ledger for job in JOBS})


def _build(stage: Stage, runs: RunInbox, clock: Clock) -> tuple[Host, Host]:
    def build(builder: HostBuilder) -> Host:
        return builder.add_listener(runs).build()

    login_settings = stage.login_settings()
    settings = stage.provisioning_settings()
    return (
        build(
            login.app.build_host_builder(settings_files=[], settings=login_settings, clock=clock)
        ),
        build(
            admin_provisioning.app.build_host_builder(
                settings_files=[], settings=settings, clock=clock
            )
        ),
    )


async def _perform(
    people: Sequence[Person],
    cast: Cast,
    narrator: Narrator,
    duration: float | None,
    clock: Clock,
) -> None:
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(narrator.narrate())
        playing = group.create_task(cast.play(people, narrator))
        if duration is None:
            await playing
        else:
            await clock.sleep(duration)
            playing.cancel()
        telling.cancel()
