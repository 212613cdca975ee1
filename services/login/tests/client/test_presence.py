"""How a PC stays present, whatever the service does."""

import httpx
import pytest

from login.client import (
    Backoff,
    ClientRefusedError,
    LoginAwayError,
    LoginClient,
    LoginRefusedError,
    PcIdentity,
    PcRemovedError,
    Presence,
    Standing,
)

from .fakes import FakeLogin, dice

MAC = "02:00:00:00:00:aa"


class Changes(list[Standing]):
    def __call__(self, standing: Standing, why: str) -> None:
        assert why
        self.append(standing)


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def presence(client: LoginClient, pc: PcIdentity, changes: Changes) -> Presence:
    return Presence(client, pc, Backoff(dice(1)), changes)


async def test_the_first_beat_registers(presence: Presence, login: FakeLogin) -> None:
    """A PC registers once and is heard of from then on, at the pace the service asks for."""
    assert await presence.beat() == 10.0
    assert await presence.beat() == 10.0
    assert login.calls == ["POST", f"PUT {MAC}/keep-alive", f"PUT {MAC}/keep-alive"]


async def test_a_pace_of_its_own_wins(client: LoginClient, pc: PcIdentity) -> None:
    """A given pace takes the place of the one the service asks for."""
    presence = Presence(client, pc, Backoff(dice(1)), Changes(), pace=0.5)
    assert await presence.beat() == 0.5


@pytest.mark.parametrize(("asked", "kept"), [(1e-9, 0.1), (1e9, 3_600.0)])
async def test_an_absurd_pace_is_bounded(
    presence: Presence, login: FakeLogin, asked: float, kept: float
) -> None:
    """A slip in the service's settings makes neither a flood nor a silence."""
    login.next_in_s = asked
    assert await presence.beat() == kept


async def test_an_unknown_pc_registers_again(
    presence: Presence, login: FakeLogin, changes: Changes
) -> None:
    """When the service has forgotten the PC, the same beat makes it known again."""
    await presence.beat()
    login.online.clear()
    assert await presence.beat() == 10.0
    assert login.online == {MAC: True}
    assert changes == [Standing.ONLINE, Standing.NEW, Standing.ONLINE]


async def test_a_refused_credential_is_replaced(
    presence: Presence, login: FakeLogin, changes: Changes
) -> None:
    """When the service knows the PC but not its credential, the same beat gets a new one."""
    await presence.beat()
    login.forget_credentials()
    assert await presence.beat() == 10.0
    assert login.calls[2:] == [f"PUT {MAC}/keep-alive", "POST", f"PUT {MAC}/keep-alive"]
    assert changes == [Standing.ONLINE, Standing.NEW, Standing.ONLINE]
    await presence.beat()
    assert login.calls.count("POST") == 2


async def test_a_client_that_is_refused_stops(presence: Presence, login: FakeLogin) -> None:
    """Nothing that waiting would mend."""
    login.token_responses = [httpx.Response(401)]
    with pytest.raises(ClientRefusedError):
        await presence.beat()


async def test_a_forgetful_service_is_not_hammered(
    presence: Presence, login: FakeLogin, changes: Changes
) -> None:
    """A service that forgets at once counts as away, and is told of no more than once a beat."""
    login.responses = [
        answer
        for _ in range(5)
        for answer in (httpx.Response(201, json={"credential": "lpc_1"}), httpx.Response(404))
    ]
    assert await presence.beat() <= 2
    assert changes == [Standing.UNHEARD]
    assert len(login.calls) == 4


async def test_changes_are_told_once(
    presence: Presence, login: FakeLogin, changes: Changes
) -> None:
    """However many tries an outage takes, it begins once and ends once."""
    await presence.beat()
    with login.away():
        waits = [await presence.beat() for _ in range(5)]
    assert await presence.beat() == 10.0
    assert waits == sorted(waits)
    assert changes == [Standing.ONLINE, Standing.UNHEARD, Standing.ONLINE]


async def test_a_removed_pc_stops(presence: Presence, login: FakeLogin) -> None:
    """The word of an administrator is passed on to the owner of the presence."""
    await presence.beat()
    login.responses = [httpx.Response(410)]
    with pytest.raises(PcRemovedError):
        await presence.beat()


async def test_a_refused_pc_stops(presence: Presence, login: FakeLogin) -> None:
    """A hardware address that another machine has is nothing that waiting would mend."""
    login.responses = [httpx.Response(409)]
    with pytest.raises(LoginRefusedError):
        await presence.beat()


async def test_leaving_says_so(presence: Presence, login: FakeLogin) -> None:
    """A PC that is being switched off is offline at once."""
    await presence.beat()
    assert await presence.leave()
    assert login.online == {MAC: False}


async def test_leaving_unheard_of_says_nothing(presence: Presence, login: FakeLogin) -> None:
    """A PC that the service never heard of has nobody to say goodbye to."""
    with login.away():
        await presence.beat()
    assert not await presence.leave()
    assert not login.calls


async def test_a_goodbye_that_fails_is_told(presence: Presence, login: FakeLogin) -> None:
    """The owner learns that the service took no note."""
    await presence.beat()
    with login.away(), pytest.raises(LoginAwayError):
        await presence.leave()
