"""Two replicas of Login share leases and history: a look at either shows what both did."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

import httpx
import pytest

import login.storage
from servicekit.database import Revisions
from servicekit.testing.fixtures import on_sqlite

from .replicas import has_run, of, two_of
from .victims import MakeVictim, Victim, until

pytestmark = [pytest.mark.smoke, on_sqlite]

JOB: Final = "HistoryCleanupJob"
CLIENT: Final = "operator"
SECRET: Final = "a-secret-of-more-than-32-characters"


@pytest.fixture
def revisions() -> Revisions:
    return Revisions.of(login.storage)


@pytest.fixture
def victim(make_victim: MakeVictim, tmp_path: Path) -> Victim:
    settings = {
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "Clients": {CLIENT: {"Secret": SECRET, "Scopes": ["jobs:operate"]}},
        "History": {"WriteIntervalInSeconds": 0.05},
        JOB: {
            "IntervalInSeconds": 60,
            "InitialDelayInSeconds": 0,
            "StartJitterInSeconds": 0,
            "RunOn": "OneReplica",
            "LeaseInSeconds": 5,
        },
    }
    return make_victim("login.cli:main", settings)


async def test_the_page_the_api_and_the_command_show_the_runs_of_both(
    victim: Victim, tmp_path: Path
) -> None:
    """Each has run it by hand; with token and next slot, whichever replica is asked."""
    with two_of(victim) as replicas:
        bases = [url_in(command.text) for command in replicas.commands]
        processes = {str(command.pid) for command in replicas.commands}
        headers = {"Authorization": f"Bearer {await token_of(bases[0])}"}
        for base, command in zip(bases, replicas.commands, strict=True):
            await run_by_hand(base, headers)
            await until(has_run(replicas, JOB, 1, of(command)))
        hosts = [await hosts_seen_from(base, headers, processes) for base in bases]
        assert hosts[0] == hosts[1]
        token_file = tmp_path / "token"
        token_file.write_text(headers["Authorization"].removeprefix("Bearer "))
        token_file.chmod(0o600)
        told = await output_of(
            "loopjobs", "status", JOB, "--url", f"{bases[1]}/jobs", "--token-file", str(token_file)
        )
        assert re.search(r"fencing token \d+", told), told
        assert all(f"{host}-" in told for host in hosts[1]), told


async def hosts_seen_from(
    base: str, headers: Mapping[str, str], processes: AbstractSet[str]
) -> AbstractSet[str]:
    """Look at the page and the API of a replica; return whose runs there are."""
    async with httpx.AsyncClient(base_url=f"{base}/jobs", headers=headers) as http:
        answer = (await http.get(f"/api/jobs/{JOB}")).json()
        page = (await http.get(f"/job/{JOB}")).text
    assert processes == {run["replica"].rpartition(":")[2] for run in answer["runs"]}
    assert answer["cluster"]["is_reachable"]
    assert answer["cluster"]["fencing_token"] > 0
    assert answer["next_due_at"] is not None
    assert processes == set(re.findall(r'<td class="replica"><bdi>[^<]*:(\d+)</bdi>', page))
    assert re.search(r"fencing token \d+", page)
    # A run is named after its host.
    hosts = {run["run_id"].partition("-")[0] for run in answer["runs"]}
    assert len(hosts) == len(processes)
    return hosts


async def run_by_hand(base: str, headers: Mapping[str, str]) -> None:
    """Run the job on one replica, as soon as the other one does not run it."""
    action = {"X-Loopjobs-Action": "trigger", "Origin": base}

    async def is_run() -> bool:
        answer = await http.post(f"/jobs/api/jobs/{JOB}/trigger?wait=20", headers=action)
        return bool(answer.json()["run"]["outcome"] == "succeeded")

    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as http:
        await until(is_run)


async def output_of(command: str, *arguments: str) -> str:
    """Run a command that was installed beside Python; return what it prints."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name(command), *arguments, stdout=PIPE, stderr=STDOUT
    )
    output, _ = await process.communicate()
    return output.decode()


def url_in(text: str) -> str:
    """Return where a replica listens."""
    found = re.search(r"listening on (http://[^\s/]+)", text)
    assert found is not None, text
    return found[1]


async def token_of(base: str) -> str:
    """Identify as a client."""
    known = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}
    async with httpx.AsyncClient(base_url=base) as http:
        answer = await http.post("/v1/oauth/token", data=known)
    return str(answer.json()["access_token"])
