"""What a simulation shows."""

import asyncio
import io
import re

import httpx
import pytest
from rich.console import Console

from login.cli.client_credentials import Target
from login.cli.simulate import run_simulation
from login.client import ClientCredentials
from login.client.fleet import FleetPlan, LifePattern
from loopjobs.testing import FakeClock
from servicekit.cli.mistakes import CommandError

PLAN = FleetPlan(pcs=20, seed=3, pattern=LifePattern(mean_stay=20, mean_absence=10))


TARGET = Target("http://login.test", ClientCredentials("labs", "s3cret"))


def _answer(request: httpx.Request) -> httpx.Response:
    said = {"access_token": "t", "expires_in": 600, "credential": "lpc_1", "next_in_s": 5}
    return httpx.Response(200, json=said)


async def _simulate(console: Console, duration: float | None, seconds: float) -> None:
    clock = FakeClock()
    running = asyncio.create_task(
        run_simulation(PLAN, TARGET, duration, console, clock, httpx.MockTransport(_answer))
    )
    await clock.advance(seconds)
    if duration is None:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await running if duration is not None else None


async def test_without_a_terminal_plain_lines_tell_the_story() -> None:
    """Every five seconds a line without control characters, and a summary at the end."""
    out = io.StringIO()
    await _simulate(Console(file=out, width=80), duration=16, seconds=16)
    first, *lines, last = out.getvalue().splitlines()
    assert first == "20 simulated PCs against http://login.test, seed 3. Ctrl-C ends it."
    assert len(lines) == 3
    pattern = r" +\d+\.0 s \| .*online \d+, silent \d+, left \d+ \| keep-alives \d+ \(\d+/s\) \| "
    assert all(re.match(pattern + r"errors 0 \| p50 0.0 ms, p99 0.0 ms$", line) for line in lines)
    assert re.match(r"20 PCs in 16.0 s: \d+ keep-alives", last)


async def test_on_a_terminal_one_line_is_kept_up_to_date() -> None:
    """A terminal sees the line change in place."""
    out = io.StringIO()
    console = Console(file=out, width=200, force_terminal=True, _environ={"TERM": "xterm"})
    await _simulate(console, duration=3, seconds=3)
    assert out.getvalue().count("keep-alives") >= 6
    assert "\x1b[2K" in out.getvalue()


async def test_an_interrupt_ends_with_the_summary() -> None:
    """Ctrl-C shows what has been reached."""
    out = io.StringIO()
    await _simulate(Console(file=out, width=80), duration=None, seconds=7)
    assert "20 PCs in 7.0 s" in out.getvalue().splitlines()[-1]


async def test_something_else_than_a_login_service_is_told() -> None:
    """A web server that knows no PCs is not simulated against."""
    elsewhere = httpx.MockTransport(lambda request: httpx.Response(404))
    with pytest.raises(CommandError, match="something else than a Login service"):
        await run_simulation(PLAN, TARGET, 1, Console(file=io.StringIO()), FakeClock(), elsewhere)


async def test_a_client_that_is_refused_is_told() -> None:
    """Before anything is simulated, with code 1: the service is there, and says no."""
    refusing = httpx.MockTransport(lambda request: httpx.Response(401))
    out = io.StringIO()
    with pytest.raises(CommandError, match="does not let the client 'labs'") as ended:
        await run_simulation(PLAN, TARGET, 1, Console(file=out), FakeClock(), refusing)
    assert ended.value.exit_code == 1
    assert not out.getvalue()


async def test_a_client_that_may_not_register_pcs_is_told() -> None:
    """Its token is good, its scope is not: that ends the simulation as a whole."""

    def answer(request: httpx.Request) -> httpx.Response:
        may = request.url.path == "/v1/token"
        return _answer(request) if may else httpx.Response(403, json={"detail": "needs a scope"})

    clock = FakeClock()
    running = asyncio.create_task(
        run_simulation(
            PLAN, TARGET, None, Console(file=io.StringIO()), clock, httpx.MockTransport(answer)
        )
    )
    await clock.advance(10)
    with pytest.raises(CommandError, match="needs a scope") as ended:
        await running
    assert ended.value.exit_code == 1
