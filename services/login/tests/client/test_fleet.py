"""How a simulated fleet behaves."""

import asyncio
import itertools

import httpx
import pytest

from login.client import ClientRefusedError
from login.client.fleet import (
    Ending,
    Fleet,
    FleetPlan,
    FleetTally,
    LifePattern,
    MeteredTransport,
    PcState,
    chapters,
    lab_identities,
)
from loopjobs.testing import FakeClock

from .fakes import FakeLogin, dice, login_client

LIVELY = LifePattern(mean_stay=30, mean_absence=20)


async def _run(login: FakeLogin, clock: FakeClock, plan: FleetPlan, duration: float) -> FleetTally:
    tally = FleetTally()
    transport = MeteredTransport([login.transport()] * 4, tally, clock)
    async with httpx.AsyncClient(base_url="http://login.test", transport=transport) as http:
        fleet = Fleet(plan, login_client(http, clock), tally, clock)
        running = asyncio.create_task(fleet.run(duration))
        await clock.advance(duration)
        await running
    return tally


async def test_pcs_come_go_fall_silent_and_return(login: FakeLogin, clock: FakeClock) -> None:
    """After a while the fleet is in all states, and the service knows of each clean goodbye."""
    tally = await _run(login, clock, FleetPlan(pcs=40, pattern=LIVELY), 300)
    assert sum(tally.states.values()) == 40
    assert min(tally.states[s] for s in (PcState.ONLINE, PcState.SILENT, PcState.LEFT)) > 0
    assert list(login.online.values()).count(False) == tally.states[PcState.LEFT]
    assert sum(call == "POST" for call in login.calls) > 80
    assert (tally.errors, tally.keep_alives) == (
        0,
        sum(call.startswith("PUT") for call in login.calls),
    )


async def test_the_same_seed_gives_the_same_lives(clock: FakeClock) -> None:
    """Two runs of one plan ask the service for the same things; another seed for others."""
    asked = []
    for seed in (1, 1, 2):
        login = FakeLogin()
        await _run(login, FakeClock(), FleetPlan(pcs=10, seed=seed, pattern=LIVELY), 120)
        asked.append(sorted(login.calls))
    assert asked[0] == asked[1] != asked[2]


async def test_a_pace_can_be_given(login: FakeLogin, clock: FakeClock) -> None:
    """Five PCs that stay, at one keep-alive a second, send about 5 a second."""
    plan = FleetPlan(pcs=5, pattern=LifePattern(mean_stay=1e6), pace=1.0)
    tally = await _run(login, clock, plan, 60)
    assert 290 <= tally.keep_alives <= 300


async def test_an_outage_is_counted_and_survived(login: FakeLogin, clock: FakeClock) -> None:
    """While the service is away requests fail; afterwards the fleet comes back."""
    tally = FleetTally()
    transport = MeteredTransport([login.transport()] * 4, tally, clock)
    async with httpx.AsyncClient(base_url="http://login.test", transport=transport) as http:
        plan = FleetPlan(pcs=10, pattern=LifePattern(mean_stay=1e6))
        running = asyncio.create_task(Fleet(plan, login_client(http, clock), tally, clock).run())
        await clock.advance(5)
        with login.away():
            await clock.advance(60)
            assert tally.states[PcState.UNHEARD] == 10
        await clock.advance(61)
        assert tally.states[PcState.ONLINE] == 10
        assert tally.errors > 10
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_a_removed_pc_lives_no_more(login: FakeLogin, clock: FakeClock) -> None:
    """What an administrator has removed stays away, and counts as an error of the others' none."""
    login.responses = [httpx.Response(410)]
    plan = FleetPlan(pcs=2, pattern=LifePattern(mean_stay=1e6))
    tally = await _run(login, clock, plan, 100)
    assert tally.states == {
        PcState.REMOVED: 1,
        PcState.ONLINE: 1,
        PcState.COMING: 0,
    }


async def test_a_goodbye_that_is_lost_leaves_a_silent_pc(
    login: FakeLogin, clock: FakeClock
) -> None:
    """A PC whose goodbye nobody heard counts as silent."""
    pattern = LifePattern(mean_stay=20, mean_absence=1e6, silent_share=0, ramp=0)
    tally = FleetTally()
    async with login.client() as http:
        fleet = Fleet(FleetPlan(pcs=1, pattern=pattern), login_client(http, clock), tally, clock)
        running = asyncio.create_task(fleet.run(60))
        await clock.advance(0.1)
        with login.away():
            await clock.advance(60)
        await running
    assert tally.states[PcState.SILENT] == 1


async def test_one_access_token_serves_the_fleet(login: FakeLogin, clock: FakeClock) -> None:
    """However many PCs come at once; it is renewed before it ends, and only when it is needed."""
    login.token_lasts = 100
    await _run(login, clock, FleetPlan(pcs=40, pattern=LIVELY), 89)
    assert len(login.token_requests) == 1
    login.token_requests.clear()
    await _run(login, FakeClock(), FleetPlan(pcs=40, pattern=LIVELY), 300)
    assert login.calls.count("POST") > 100
    assert 3 <= len(login.token_requests) <= 4


async def test_a_fleet_whose_client_is_refused_does_not_live(
    login: FakeLogin, clock: FakeClock
) -> None:
    """It is the client's fault and no PC's: all of them end with that error."""
    login.token_responses = [httpx.Response(401)] * 2
    with pytest.raises(ExceptionGroup) as ended:
        await _run(login, clock, FleetPlan(pcs=2), 10)
    assert ended.group_contains(ClientRefusedError)


async def test_requests_are_bounded(clock: FakeClock) -> None:
    """However many PCs there are, only so many requests are out at a time."""
    out = peak = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal out, peak
        out += 1
        peak = max(peak, out)
        await clock.sleep(0.5)
        out -= 1
        said = {"access_token": "t", "expires_in": 600, "credential": "lpc_1", "next_in_s": 10}
        return httpx.Response(200, json=said)

    tally = FleetTally()
    transport = MeteredTransport([httpx.MockTransport(answer)] * 3, tally, clock)
    async with httpx.AsyncClient(base_url="http://login.test", transport=transport) as http:
        plan = FleetPlan(pcs=30, pattern=LifePattern(mean_stay=1e6))
        running = asyncio.create_task(Fleet(plan, login_client(http, clock), tally, clock).run(20))
        await clock.advance(20)
        await running
    assert peak == 3
    latency = tally.latency()
    assert latency is not None
    assert (latency.p50, latency.p99) == pytest.approx((0.5, 0.5))


def test_there_is_no_latency_before_the_first_answers() -> None:
    """Percentiles of nothing are not made up."""
    assert FleetTally().latency() is None


def test_chapters_follow_the_pattern() -> None:
    """Stays and absences lie around their means, and the given share ends without a word."""
    pattern = LifePattern(mean_stay=100, mean_absence=10, silent_share=0.25)
    life = list(itertools.islice(chapters(pattern, dice(1)), 2_000))
    assert 0 <= life[0].online_for <= 150
    assert all(50 <= chapter.online_for <= 150 for chapter in life[1:])
    assert all(5 <= chapter.away_for <= 15 for chapter in life)
    silent = sum(chapter.ending is Ending.FALLS_SILENT for chapter in life)
    assert 400 <= silent <= 600


def test_names_are_friendly_and_unique() -> None:
    """PCs are lab-01, lab-02 ...; their addresses are like no real card's, and like no other's."""
    pcs = [*lab_identities(12, seed=1), *lab_identities(12, seed=2)]
    assert [pc.hostname for pc in pcs][:2] == ["lab-01", "lab-02"]
    assert len({pc.mac for pc in pcs}) == 24
    assert all(pc.mac.locally_administered for pc in pcs)
    assert next(iter(lab_identities(2_000, seed=1))).hostname == "lab-0001"
