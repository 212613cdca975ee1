"""Who may speak for a PC."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from login.domain.pc_credential import PcCredential
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database, on_every_database

from .fleet import Fleet
from .speakers import OTHER, PC, Speaker, problem, registered

pytestmark = on_any_database

BY_JOB = "UPDATE pcs SET status = 0, deleted_at = updated_at, deleted_by = 'pc_delete_job'"
UNKNOWN_MAC = "001b210000ff"
SPEAKING = pytest.mark.parametrize("verb", ["PUT keep-alive", "POST offline"])

Speak: TypeAlias = Callable[[str, dict[str, str]], Awaitable[httpx.Response]]


@pytest.fixture
def speak(client: httpx.AsyncClient, verb: str) -> Speak:
    method, what = verb.split()

    async def speak(mac: str, headers: dict[str, str]) -> httpx.Response:
        return await client.request(method, f"/v1/pcs/{mac}/{what}", headers=headers)

    return speak


@SPEAKING
@on_every_database
async def test_a_pc_speaks_by_its_credential(
    speak: Speak, admin: httpx.AsyncClient, verb: str
) -> None:
    """What it was given when it registered is enough."""
    pc = await registered(admin)
    assert (await speak(pc.mac, pc.headers)).is_success


@SPEAKING
@in_turn(
    "presented",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": "Basic lpc_guessed"},
    ],
)
async def test_who_presents_nothing_is_asked_to(
    speak: Speak, admin: httpx.AsyncClient, presented: dict[str, str]
) -> None:
    """401 with a challenge."""
    pc = await registered(admin)
    answer = await speak(pc.mac, presented)
    assert problem(answer) == (401, "about:blank")
    assert answer.headers["www-authenticate"] == "Bearer"


@SPEAKING
@in_turn("mac", [PC["mac"], UNKNOWN_MAC])
async def test_an_unknown_credential_learns_nothing(
    speak: Speak, admin: httpx.AsyncClient, mac: str
) -> None:
    """401 whether there is such a PC or not, and the answer does not repeat the credential."""
    await registered(admin)
    for secret in ("lpc_guessed", "l\u00e4rm", "x" * 4_000):
        answer = await speak(mac, {b"Authorization": f"Bearer {secret}".encode("latin-1")})  # type: ignore[dict-item]  # letters beyond ASCII
        assert problem(answer) == (401, "login:credential-unknown")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert secret not in answer.text


@SPEAKING
async def test_an_access_token_is_no_credential(speak: Speak, admin: httpx.AsyncClient) -> None:
    """Not even an administrator's: 401."""
    pc = await registered(admin)
    answer = await speak(pc.mac, {"Authorization": admin.headers["authorization"]})
    assert problem(answer) == (401, "login:credential-unknown")


@SPEAKING
@on_every_database
async def test_nobody_speaks_for_another_pc(speak: Speak, admin: httpx.AsyncClient) -> None:
    """403, whatever has become of the other PC."""
    one, other = await registered(admin), await registered(admin, **OTHER)
    refused = (403, "login:credential-of-another-pc")
    assert problem(await speak(other.mac, one.headers)) == refused
    await admin.delete(f"/v1/pcs/{other.id}")
    assert problem(await speak(other.mac, one.headers)) == refused


@SPEAKING
async def test_a_mac_address_that_nobody_has_answers_404(
    speak: Speak, admin: httpx.AsyncClient
) -> None:
    """Told to those only who have a good credential."""
    pc = await registered(admin)
    assert problem(await speak(UNKNOWN_MAC, pc.headers)) == (404, "login:pc-not-found")


@SPEAKING
async def test_a_pc_that_a_person_removed_answers_410(
    speak: Speak, admin: httpx.AsyncClient
) -> None:
    """Until it is restored; its credential is good again then."""
    pc = await registered(admin)
    await admin.delete(f"/v1/pcs/{pc.id}")
    assert problem(await speak(pc.mac, pc.headers)) == (410, "login:pc-removed")
    await admin.post(f"/v1/pcs/{pc.id}/restore")
    assert (await speak(pc.mac, pc.headers)).is_success


@SPEAKING
@on_every_database
async def test_registering_again_ends_the_old_credential(
    speak: Speak, admin: httpx.AsyncClient
) -> None:
    """Whoever had it cannot use it any more; the new one is another and works."""
    before, now = await registered(admin), await registered(admin)
    assert now.secret != before.secret
    assert problem(await speak(before.mac, before.headers)) == (401, "login:credential-unknown")
    assert (await speak(now.mac, now.headers)).is_success


@SPEAKING
@on_every_database
async def test_a_successor_is_not_spoken_for_by_its_predecessor(
    speak: Speak, admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """A PC that a job removed may come back, but not where its MAC address has passed on."""
    old = await registered(admin)
    await fleet.execute(BY_JOB)
    new = await registered(admin, machine_id="machine-9")
    assert new.id != old.id
    assert problem(await speak(old.mac, old.headers)) == (403, "login:credential-of-another-pc")
    assert (await speak(new.mac, new.headers)).is_success


@SPEAKING
async def test_a_provisioned_pc_has_no_credential_yet(
    speak: Speak, admin: httpx.AsyncClient
) -> None:
    """Nobody can speak for it until it has registered."""
    await admin.put(f"/v1/pcs/by-mac/{PC['mac']}", json={"hostname": "lab-01"})
    other = await registered(admin, **OTHER)
    assert (await speak(PC["mac"], other.headers)).status_code == 403
    assert (await speak(PC["mac"], {"Authorization": "Bearer lpc_"})).status_code == 401


@SPEAKING
@on_every_database
async def test_a_store_that_is_away_answers_503(
    speak: Speak,
    admin: httpx.AsyncClient,
    away: Callable[[], AbstractContextManager[None]],
) -> None:
    """With a time to come back; no credential is called bad for that."""
    pc = await registered(admin)
    with away():
        answer = await speak(pc.mac, pc.headers)
    assert problem(answer) == (503, "about:blank")
    assert int(answer.headers["retry-after"]) > 0


@on_every_database
async def test_a_keep_alive_brings_back_what_a_job_removed(
    client: httpx.AsyncClient, admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """The credential has outlived the removal; the audit knows who came back by itself."""
    pc = await registered(admin)
    await fleet.execute(BY_JOB)
    answers = [
        (await client.put(f"/v1/pcs/{pc.mac}/keep-alive", headers=pc.headers)).status_code
        for _ in range(2)
    ]
    assert answers == [200, 200]
    assert (await admin.get(f"/v1/pcs/{pc.id}")).json()["status"] == "online"
    assert await fleet.audit() == [("pc.restored", f"pc:{pc.id}", pc.id)]


async def test_too_many_keep_alives_of_one_pc_answer_429(
    client: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """Thirty in a minute are heard, the next is told when to come back; other PCs do not mind."""
    one, other = await registered(admin), await registered(admin, **OTHER)
    path = f"/v1/pcs/{one.mac}/keep-alive"
    answers = [await client.put(path, headers=one.headers) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert problem(answers[-1]) == (429, "about:blank")
    assert int(answers[-1].headers["retry-after"]) == 2
    guessed = {"Authorization": "Bearer lpc_guessed"}
    assert (await client.put(path, headers=guessed)).status_code == 401
    heard = await client.put(f"/v1/pcs/{other.mac}/keep-alive", headers=other.headers)
    assert heard.status_code == 200


async def test_secrets_are_kept(
    client: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    fleet: Fleet,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No log line has a credential or its hash, and the database has the hash only."""
    caplog.set_level(logging.DEBUG)
    for name in ("aiosqlite", "httpcore"):  # they show what they were given, at a level of theirs
        caplog.set_level(logging.INFO, name)
    pc = await registered(admin)
    for mac in (pc.mac, UNKNOWN_MAC, "nonsense"):
        await client.put(f"/v1/pcs/{mac}/keep-alive", headers=pc.headers)
        await client.post(f"/v1/pcs/{mac}/offline", headers=pc.headers)
    hashed = PcCredential(pc.secret).hash
    row = await fleet.row(pc.id)
    assert row.credential_hash == hashed
    assert pc.secret not in str(vars(row))
    for secret in (pc.secret, hashed.hex(), repr(hashed)):
        assert secret not in caplog.text


@pytest.mark.parametrize("path", ["/v1/pcs/nonsense/keep-alive", "/v1/pcs/by-mac/nonsense"])
async def test_a_broken_request_does_not_repeat_its_secrets(
    client: httpx.AsyncClient, admin: httpx.AsyncClient, path: str
) -> None:
    """A 422 speaks of the rule, not of the headers."""
    headers = {"Authorization": "Bearer lpc_secret"}
    if "by-mac" in path:
        headers = {"Authorization": admin.headers["authorization"]}
    answer = await client.put(path, headers=headers, json={"hostname": "lab-01"})
    assert answer.status_code == 422
    assert headers["Authorization"].split()[1] not in answer.text


def states() -> st.SearchStrategy[list[str]]:
    events = ["register", "retire", "remove", "restore", "goodbye"]
    return st.lists(st.sampled_from(events), max_size=6)


@given(mine=states(), theirs=states())
@settings(
    max_examples=settings().max_examples // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@on_every_database
async def test_no_credential_of_one_pc_ever_moves_another(
    admin: httpx.AsyncClient, fleet: Fleet, mine: list[str], theirs: list[str]
) -> None:
    """Whatever has become of both: A's credentials, old ones too, leave B exactly as it was."""
    await fleet.execute("DELETE FROM pc_status_events")
    await fleet.execute("DELETE FROM pcs")
    a = Life(admin, fleet, PC)
    b = Life(admin, fleet, OTHER)
    await a.live(mine)
    await b.live(theirs)
    before = vars(await fleet.row(b.speaker.id)) | {"_sa_instance_state": None}
    for speaker in a.speakers:
        for method, what in (("PUT", "keep-alive"), ("POST", "offline")):
            answer = await admin.request(
                method, f"/v1/pcs/{b.speaker.mac}/{what}", headers=speaker.headers
            )
            assert answer.status_code in {401, 403, 429}
    after = vars(await fleet.row(b.speaker.id)) | {"_sa_instance_state": None}
    assert after == before


class Life:
    """What has become of a PC."""

    def __init__(self, admin: httpx.AsyncClient, fleet: Fleet, pc: dict[str, str]) -> None:
        self._admin = admin
        self._fleet = fleet
        self._pc = pc
        self.speakers: list[Speaker] = []

    @property
    def speaker(self) -> Speaker:
        return self.speakers[-1]

    async def live(self, events: list[str]) -> None:
        await self._register()
        for event in events:
            await self._happen(event)

    async def _happen(self, event: str) -> None:
        path, pc_id = f"/v1/pcs/{self.speaker.id}", self.speaker.id
        if event == "retire":
            await self._fleet.execute(
                "UPDATE pcs SET status = 0, deleted_at = updated_at, deleted_by = 'pc_delete_job'"
                " WHERE id = :pc_id AND deleted_at IS NULL",
                pc_id=pc_id,
            )
        elif event == "remove":
            await self._admin.delete(path)
        elif event == "restore":
            await self._admin.post(f"{path}/restore")
        elif event == "goodbye":
            mac = self.speaker.mac
            await self._admin.post(f"/v1/pcs/{mac}/offline", headers=self.speaker.headers)
        else:
            await self._register()

    async def _register(self) -> None:
        answer = await self._admin.post("/v1/pcs", json=self._pc)
        if answer.status_code != 410:
            self.speakers.append(Speaker(answer))
