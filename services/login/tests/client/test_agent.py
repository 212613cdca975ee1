"""How the agent lives, told by its log."""

import asyncio
import logging

import httpx
import pytest

from login.client import Agent, LoginClient, PcIdentity, PcRemovedError
from loopjobs.testing import FakeClock

from .fakes import FakeLogin, dice

MAC = "02:00:00:00:00:aa"


@pytest.fixture
def agent(client: LoginClient, pc: PcIdentity, clock: FakeClock) -> Agent:
    return Agent(client, pc, clock, dice(1), goodbye_patience=0.01)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_keep_alives_come_at_the_asked_pace(
    agent: Agent, login: FakeLogin, clock: FakeClock
) -> None:
    """In a minute, at a pace of ten seconds, the service hears of the PC seven times."""
    task = asyncio.create_task(agent.run())
    await clock.advance(60)
    assert login.calls.count(f"PUT {MAC}/keep-alive") == 7
    await _end(task)


async def test_an_end_says_goodbye(
    agent: Agent, login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A PC whose agent is stopped is offline at once."""
    caplog.set_level(logging.INFO)
    task = asyncio.create_task(agent.run())
    await clock.advance(1)
    await _end(task)
    assert login.online == {MAC: False}
    assert caplog.messages[-1] == "said goodbye"


async def test_an_end_before_the_beginning_is_no_goodbye(
    agent: Agent, login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The log does not claim a goodbye to a service that was never there."""
    caplog.set_level(logging.INFO)
    task = asyncio.create_task(agent.run())
    with login.away():
        await clock.advance(10)
        await _end(task)
    assert caplog.messages[-1] == "left; the Login service never heard of this PC"


async def test_a_goodbye_is_bounded(
    agent: Agent, login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A service that does not answer cannot keep the agent from ending."""
    task = asyncio.create_task(agent.run())
    await clock.advance(1)
    login.is_mute = True
    await _end(task)
    assert caplog.messages[-1] == "left without a goodbye: no answer in time"


async def test_an_outage_makes_two_lines(
    agent: Agent, login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """However long the service is away, the log says so once, and once that it is back."""
    caplog.set_level(logging.INFO)
    task = asyncio.create_task(agent.run())
    await clock.advance(1)
    with login.away():
        await clock.advance(3_600)
        tries = len(login.calls)
    await clock.advance(61)
    assert tries > 60
    assert [message.split(":")[0] for message in caplog.messages if "HTTP" not in message] == [
        "this PC is online",
        "the Login service is away; trying on quietly",
        "this PC is online",
    ]
    await _end(task)


async def test_lines_name_the_pc(
    agent: Agent, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Each line carries hardware address and host name as fields."""
    caplog.set_level(logging.INFO, logger="login.client.agent")
    task = asyncio.create_task(agent.run())
    await clock.advance(1)
    (record,) = (record for record in caplog.records if record.name == "login.client.agent")
    assert (vars(record)["mac"], vars(record)["hostname"]) == (MAC, "lab-01")
    await _end(task)


async def test_a_removed_pc_ends_its_agent(
    agent: Agent, login: FakeLogin, clock: FakeClock
) -> None:
    """The agent stops by itself when an administrator has removed the PC."""
    task = asyncio.create_task(agent.run())
    await clock.advance(1)
    login.responses = [httpx.Response(410)]
    await clock.advance(10)
    with pytest.raises(PcRemovedError):
        await task
