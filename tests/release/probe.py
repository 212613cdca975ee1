"""Runs inside an installation, and prints which parts of it can be used, as JSON.

For each extra the answer is what its part said when it refused, or nothing; "core" is the rest.
"""

import asyncio
import contextlib
import importlib
import io
import json
import sys
from collections.abc import Callable
from typing import Final

from loopjobs import (
    BuildError,
    CancellationToken,
    HostBuilder,
    LoopJobOptions,
    Outcome,
    SystemClock,
    __version__,
)
from loopjobs.history import add_history
from loopjobs.leases import add_leases
from loopjobs.side_by_side import OldRuns

CORE: Final = ("health", "logs", "migration", "places", "side_by_side", "testing", "wording")


async def job(ct: CancellationToken) -> None:
    """Do nothing, successfully."""


def use_core() -> str:
    """Import what stands on the core alone, and run a job once."""
    for name in CORE:
        importlib.import_module(f"loopjobs.{name}")
    builder = HostBuilder(settings_files=(), settings={"job": {"IntervalInSeconds": 5}})
    host = builder.add_loop_job(job, LoopJobOptions).build()
    outcome = asyncio.run(host.run_once("job")).outcome
    return "" if outcome is Outcome.SUCCEEDED else outcome


def use_module(name: str) -> str:
    """Import a package."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        return str(error)
    return ""


class Listened:
    """As much of a scheduler as is asked for."""

    def add_listener(self, callback: Callable[[object], None], mask: int = 0) -> None:
        """Let it be."""


def use_apscheduler() -> str:
    """Listen to a scheduler of APScheduler."""
    try:
        OldRuns([], SystemClock()).listen_to(Listened())
    except ModuleNotFoundError as error:
        return str(error)
    return ""


def use_calendar() -> str:
    """Have a job run at times of the calendar."""
    settings = {"job": {"Cron": "0 3 * * *", "TimeZone": "Europe/Berlin"}}
    try:
        HostBuilder(settings_files=(), settings=settings).add_loop_job(job, LoopJobOptions).build()
    except BuildError as error:
        return str(error)
    return ""


def use_command() -> str:
    """Ask the command for its version."""
    main = importlib.import_module("loopjobs.cli").main
    with (
        contextlib.redirect_stderr(io.StringIO()) as said,
        contextlib.redirect_stdout(io.StringIO()) as printed,
        contextlib.suppress(SystemExit),
    ):
        main(["--version"])
    return said.getvalue() if __version__ not in printed.getvalue() else ""


def use_url(section: str, url: str, add: Callable[[HostBuilder], object]) -> str:
    """Build a host that keeps something where a URL leads."""
    builder = HostBuilder(settings_files=(), settings={section: {"Url": url}})
    add(builder)
    try:
        builder.build()
    except BuildError as error:
        return str(error)
    return ""


USES: Final[dict[str, Callable[[], str]]] = {
    "core": use_core,
    "apscheduler": use_apscheduler,
    "cli": use_command,
    "cron": use_calendar,
    "otel": lambda: use_module("loopjobs.telemetry"),
    "postgres": lambda: use_url("History", "postgresql://someone@localhost/db", add_history),
    "redis": lambda: use_url("Leases", "redis://localhost/0", add_leases),
    "web": lambda: use_module("loopjobs.web"),
}

if __name__ == "__main__":
    answers = {name: use() for name, use in USES.items()}
    json.dump({"version": __version__, "python": sys.version_info[:2], **answers}, sys.stdout)
