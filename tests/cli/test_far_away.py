"""`status`, `trigger`, `pause` and `resume`, against a real service."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from loopjobs import CancellationToken, Clock, Host, LoopJobOptions, current_run
from loopjobs.testing import FakeClock

from .conftest import Command
from .far_away import OPERATOR, VIEWER, FarAway

Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def sweep(ct: CancellationToken) -> None:
    """Sweep the floor."""
    current_run().report(swept=3)


async def spill(ct: CancellationToken) -> None:
    raise ConnectionError("all over \x1b[2J the floor")


class Slow:
    """Take a minute."""

    def __init__(self, options: LoopJobOptions, clock: Clock) -> None:
        self._clock = clock

    async def execute(self, ct: CancellationToken) -> None:
        current_run().report(steps=1)
        await self._clock.sleep(60)


@pytest.fixture
def host(build: Callable[..., Host]) -> Host:
    """Three jobs, every 100 seconds each."""
    return build(sweep, spill, Slow, IntervalInSeconds=100, TimeoutInSeconds=70)


@pytest.fixture
def far_away(
    host: Host, clock: FakeClock, command: Command, monkeypatch: pytest.MonkeyPatch
) -> FarAway:
    """The command about that host."""
    return FarAway(host, clock, command, monkeypatch.setenv)


async def test_status_shows_trouble_first(far_away: FarAway) -> None:
    """A degraded service is not taken for dead: code 0, as of a health check."""
    async with far_away.host:
        await far_away.clock.advance(65)
        ended = await far_away("status", token=VIEWER)
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert lines[0].startswith("degraded  ")
    assert [line.split()[:2] for line in lines[3:6]] == [
        ["degraded", "spill"],
        ["healthy", "Slow"],
        ["healthy", "sweep"],
    ]
    assert "failed 1 min 5 s ago" in lines[3]
    assert "in 35 s" in lines[3]
    assert "spill  The last run failed with ConnectionError" in ended.out
    assert "\x1b" not in ended.out


async def test_an_unhealthy_service_is_code_1(far_away: FarAway) -> None:
    """So that a script can ask; the document is the one of the service."""
    async with far_away.host:
        await far_away.clock.advance(205)
        ended = await far_away("status", "--json")
    document = json.loads(ended.out)
    assert ended.code == 1
    assert (document["status"], document["title"]) == ("unhealthy", "Login")


async def test_one_job_in_detail(far_away: FarAway) -> None:
    """Why, since when, the last runs, the last error, and the options with their sources."""
    async with far_away.host:
        await far_away.clock.advance(5)
        ended = await far_away("status", "spill")
    assert ended.code == 0
    for words in (
        "degraded  The last run failed with ConnectionError",
        "every 100 s",
        "failures in a row  1",
        "failed=1",
        "Traceback (most recent call last)",
        "ConnectionError: all over \\x1b[2J the floor",
        "IntervalInSeconds",
        "settings given in code",
    ):
        assert words in ended.out
    assert "\x1b" not in ended.out


async def test_who_acted_and_why_nothing_ran(far_away: FarAway) -> None:
    """Two who are called at night see each other; times are the service's."""
    async with far_away.host:
        document = json.loads((await far_away("status", "spill", "--json")).out)
    now = far_away.clock.now()
    first, last = (f"{now - timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}" for seconds in (90, 61))
    document["skipped"] = [
        {"outcome": "skipped_backoff", "count": 4, "first_at": first, "last_at": last}
    ]
    document["actions"] = [{"at": last, "who": "ann\x1b[2J", "action": "pause", "result": "done"}]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=document))
    ended = await asyncio.to_thread(
        far_away.command,
        *("status", "spill"),
        clock=far_away.clock,
        transport=transport,
    )
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    since = first.replace("T", " ")
    assert f"1 min 1 s ago skipped_backoff 4 {since}" in lines
    assert "1 min 1 s ago ann\\x1b[2J pause done" in lines


async def test_a_viewer_sees_the_error_and_no_traceback(far_away: FarAway) -> None:
    """As the service has it."""
    async with far_away.host:
        ended = await far_away("status", "spill", token=VIEWER)
    assert "ConnectionError: all over" in ended.out
    assert "Traceback" not in ended.out


async def test_a_run_in_progress_is_seen(far_away: FarAway) -> None:
    """Its age and its counters so far."""
    async with far_away.host:
        await far_away.clock.advance(12)
        ended = await far_away("status", "Slow")
    assert "running, for 12 s steps=1" in ended.out


async def test_trigger_tells_how_the_run_ended(far_away: FarAway) -> None:
    """If it is waited for; the code is that of the run."""
    async with far_away.host:
        good = await far_away("trigger", "sweep", "--wait", "5")
        bad = await far_away("trigger", "spill", "--wait", "5", "--json")
        skipped = await far_away("trigger", "Slow", "--wait", "5")
        assert far_away.host.jobs["sweep"].status().by_hand.succeeded == 1
    assert (good.code, good.out) == (0, "sweep: succeeded after 0 ms, swept=3\n")
    assert (bad.code, json.loads(bad.out)["run"]["outcome"]) == (1, "failed")
    assert (skipped.code, skipped.out) == (5, "Slow: skipped_running\n")


async def test_trigger_waits_for_nothing_unless_told_to(far_away: FarAway) -> None:
    """Code 0 says that it was accepted, however it ends; a run that is skipped is no run."""
    async with far_away.host:
        skipped = await far_away("trigger", "Slow")
        await far_away.clock.advance(65)
        accepted = await far_away("trigger", "Slow")
        quick = await far_away("trigger", "spill")
    assert (skipped.code, skipped.out) == (5, "Slow: skipped_running\n")
    assert (accepted.code, accepted.out) == (0, "Slow: accepted\n")
    assert quick.code == 0


async def test_a_wait_that_is_over_has_its_own_code(far_away: FarAway, until: Until) -> None:
    """The run goes on, and nobody knows how it will end."""
    slow = far_away.host.jobs["Slow"]
    async with far_away.host:
        await far_away.clock.advance(65)
        asking = asyncio.create_task(far_away("trigger", "Slow", "--wait", "5"))
        await until(lambda: slow.status().by_hand.in_flight == 1)
        await far_away.clock.advance(6)
        ended = await asking
    assert (ended.code, ended.out) == (6, "Slow: still running after 5 s\n")


async def test_pause_and_resume(far_away: FarAway) -> None:
    """Nothing is asked back; twice is no mistake."""
    sweep_job = far_away.host.jobs["sweep"]
    async with far_away.host:
        for _ in range(2):
            ended = await far_away("pause", "sweep")
            assert (ended.code, ended.out) == (0, "sweep: paused\n")
        assert sweep_job.status().is_paused
        ended = await far_away("resume", "sweep", "--json")
        assert (ended.code, json.loads(ended.out)) == (0, {"accepted": True})
        assert not sweep_job.status().is_paused


@pytest.mark.parametrize("verb", ["trigger", "pause", "resume"])
async def test_who_may_only_look_is_told_so(far_away: FarAway, verb: str) -> None:
    """Code 2, and nothing has happened."""
    async with far_away.host:
        ended = await far_away(verb, "sweep", token=VIEWER)
        status = far_away.host.jobs["sweep"].status()
    assert ended.code == 2
    assert "does not allow it: You may look at the jobs, and not act on them." in ended.err
    assert (status.is_paused, status.by_hand.due) == (False, 0)


async def test_a_token_that_is_not_accepted_is_not_shown(far_away: FarAway) -> None:
    """Nor is there a way to give one that other users of the machine can see."""
    wrong = await far_away("status", token="a-wrong-token")
    none = await far_away("status", token="")
    assert (wrong.code, none.code) == (2, 2)
    assert "does not accept the token" in wrong.err
    assert "give a token by --token-file or LOOPJOBS_TOKEN" in none.err
    assert "a-wrong-token" not in wrong.err + wrong.out


@pytest.mark.parametrize("line", [("status",), ("trigger",), ("pause",), ("resume",)])
async def test_an_unknown_job_is_told(far_away: FarAway, line: tuple[str, ...]) -> None:
    """With the one that was probably meant."""
    ended = await far_away(*line, "sweeep")
    assert ended.code == 2
    assert "there is no job 'sweeep'. Did you mean sweep?" in ended.err


async def test_what_a_service_cannot_do_now_is_code_1(far_away: FarAway) -> None:
    """Its host has not started."""
    ended = await far_away("trigger", "sweep")
    assert ended.code == 1
    assert "cannot do it now: " in ended.err


async def test_a_wrong_path_is_told(far_away: FarAway) -> None:
    """The service is there, its jobs are not."""
    ended = await far_away("status", "--url", "http://service.test/jobz")
    assert ended.code == 2
    assert "does not answer like the jobs of a service. Is --url" in ended.err


async def test_names_may_hold_any_letter(
    build: Callable[..., Host], clock: FakeClock, far_away: FarAway
) -> None:
    """They are escaped on their way."""
    odd = type("odd/name ?#%", (Slow,), {})
    there = FarAway(build(odd), clock, far_away.command, far_away.set_variable)
    async with there.host:
        ended = await there("pause", odd.__name__)
        assert there.host.jobs[odd.__name__].status().is_paused
    assert ended.out == "odd/name ?#%: paused\n"


async def test_the_token_of_a_file_wins(
    far_away: FarAway, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without the line break that editors leave at its end."""
    file = tmp_path_factory.mktemp("secrets") / "token"
    file.write_text(f"{OPERATOR}\n")
    ended = await far_away("status", "--token-file", str(file), token="wrong")
    assert ended.code == 0
