"""What `status` says about the other replicas."""

import json
from collections.abc import Mapping

import httpx
import pytest

from loopjobs import HostBuilder, LoopJobOptions
from loopjobs.testing import FakeClock

from .conftest import Command
from .far_away import URL, FarAway

_UNKNOWN: Mapping[str, object] = {
    "is_reachable": None,
    "heard_ago": None,
    "is_paused": False,
    "holder": None,
    "is_held_here": False,
    "fencing_token": None,
    "lease_left": None,
    "success_age": None,
}
_KNOWN = {**_UNKNOWN, "is_reachable": True, "heard_ago": 2.0}


@pytest.fixture
async def document(
    clock: FakeClock, command: Command, monkeypatch: pytest.MonkeyPatch
) -> dict[str, object]:
    """What a service answers about a job."""

    async def sweep(ct: object) -> None:
        pass

    settings = {"sweep": {"IntervalInSeconds": 10}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    host = builder.add_loop_job(sweep, LoopJobOptions).build()
    async with host:
        far_away = FarAway(host, clock, command, monkeypatch.setenv)
        answer: dict[str, object] = json.loads((await far_away("status", "sweep", "--json")).out)
    return answer


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (_UNKNOWN, "the lease store was not asked yet"),
        ({**_KNOWN, "is_reachable": False}, "the lease store cannot be reached, heard 2 s ago"),
        (_KNOWN, "nobody holds the lease, heard 2 s ago"),
        ({**_KNOWN, "holder": "a:1:b", "is_held_here": True}, "the lease is held there"),
        ({**_KNOWN, "holder": "a:1:\x1b[2J"}, "holds the lease"),
        ({**_KNOWN, "holder": "a:1:b", "lease_left": 9.0}, "a:1:b holds the lease, for 9 s more"),
        ({**_KNOWN, "fencing_token": 7, "is_paused": True}, "token 7, paused on all replicas"),
        ({**_KNOWN, "success_age": 65.0}, "last success on any replica 1 min 5 s ago"),
    ],
)
def test_the_words_say_who_has_the_lease_and_how_old_that_news_is(
    command: Command, document: dict[str, object], facts: Mapping[str, object], words: str
) -> None:
    """A name is no place for control characters."""
    document["cluster"] = facts
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=document))
    ended = command("status", "sweep", "--url", URL, transport=transport)
    assert words in ended.out
    assert "\x1b" not in ended.out
