"""PCs that an administrator describes by MAC address."""

import asyncio

import httpx
import pytest

from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database

from .fleet import Fleet
from .speakers import PC, problem, registered

PATH = "/v1/pcs/by-mac/00:1b:21:00:00:01"
LAB = {"hostname": "lab-01", "machine_id": "machine-1"}
BY_JOB = "UPDATE pcs SET status = 0, deleted_at = updated_at, deleted_by = 'pc_delete_job'"
NOT_FOUND = (404, "login:pc-not-found")
REMOVED = (410, "login:pc-removed")


async def test_a_new_pc_is_offline_and_was_never_heard(
    admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """201 with its address; nobody has a credential for it."""
    answer = await admin.put(PATH, json=LAB)
    body = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/pcs/{body['id']}")
    assert (body["hostname"], body["machine_id"], body["pinned"]) == ("lab-01", "machine-1", False)
    assert (body["status"], body["status_reason"]) == ("offline", "admin")
    assert (body["last_keep_alive_at"], body["version"]) == (None, 1)
    assert "credential" not in body
    assert (await fleet.row(body["id"])).credential_hash is None
    for shown in (PATH, f"/v1/pcs/{body['id']}"):
        assert (await admin.get(shown)).json() == body


@pytest.mark.parametrize("again", [LAB, {"hostname": "lab-01"}])
async def test_the_same_again_changes_nothing(
    admin: httpx.AsyncClient, fleet: Fleet, again: dict[str, str]
) -> None:
    """200, the same version; without a machine id, the one that is known stays."""
    created = await admin.put(PATH, json=LAB)
    answer = await admin.put(PATH, json=again)
    assert (answer.status_code, answer.json()) == (200, created.json())
    assert await fleet.audit() == []


async def test_a_known_pc_is_brought_up_to_date(admin: httpx.AsyncClient) -> None:
    """200 and a new version; that it is online is no affair of the administrator's."""
    pc = await registered(admin)
    answer = await admin.put(PATH, json={**LAB, "hostname": "lab-99"})
    body = answer.json()
    assert (answer.status_code, body["id"], body["hostname"]) == (200, pc.id, "lab-99")
    assert (body["status"], body["version"]) == ("online", 2)
    heard = await admin.put(f"/v1/pcs/{pc.mac}/keep-alive", headers=pc.headers)
    assert heard.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_another_machine_ends_the_credential_of_the_old_one(
    admin: httpx.AsyncClient, method: str
) -> None:
    """The old machine does not speak for the new one, which registers and then does."""
    old = await registered(admin)
    await admin.request(method, PATH, json={"hostname": "lab-01", "machine_id": "machine-2"})
    refused = await admin.put(f"/v1/pcs/{old.mac}/keep-alive", headers=old.headers)
    assert problem(refused) == (401, "login:credential-unknown")
    assert (await admin.post("/v1/pcs", json=PC)).status_code == 409
    new = await registered(admin, machine_id="machine-2")
    heard = await admin.put(f"/v1/pcs/{new.mac}/keep-alive", headers=new.headers)
    assert (new.id, heard.status_code) == (old.id, 200)


@pytest.mark.parametrize("was", ["removed", "retired"])
async def test_a_removed_pc_is_restored(admin: httpx.AsyncClient, fleet: Fleet, was: str) -> None:
    """Whoever removed it; it stays offline until it is heard, and the audit tells of it."""
    pc = await registered(admin)
    await (admin.delete(PATH) if was == "removed" else fleet.execute(BY_JOB))
    answer = await admin.put(PATH, json=LAB)
    body = answer.json()
    assert (answer.status_code, body["id"], body["status"]) == (200, pc.id, "offline")
    assert (await fleet.audit())[-1] == ("pc.restored", "user:7", pc.id)
    again = await admin.put(PATH, json=LAB)
    assert again.json() == body
    heard = await admin.put(f"/v1/pcs/{pc.mac}/keep-alive", headers=pc.headers)
    assert heard.status_code == 200


async def test_a_removed_machine_is_not_woken_up_as_another(
    admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """Its MAC address goes to a new PC; the old one stays removed."""
    old = await registered(admin)
    await admin.delete(PATH)
    answer = await admin.put(PATH, json={**LAB, "machine_id": "machine-2"})
    assert answer.status_code == 201
    assert answer.json()["id"] != old.id
    assert problem(await admin.get(f"/v1/pcs/{old.id}")) == REMOVED
    assert [action for action, *_ in await fleet.audit()] == ["pc.removed"]


async def test_a_provisioned_pc_registers_as_any_other(admin: httpx.AsyncClient) -> None:
    """The registration finds it, counts as its first keep-alive, and gives it a credential."""
    created = (await admin.put(PATH, json={"hostname": "lab-01"})).json()
    pc = await registered(admin)
    body = (await admin.get(PATH)).json()
    assert pc.id == created["id"]
    assert (body["status"], body["machine_id"], body["offline_start_time"]) == (
        "online",
        "machine-1",
        None,
    )


@pytest.mark.parametrize(
    ("changes", "version"),
    [
        ({"pinned": True}, 2),
        ({"hostname": "lab-99"}, 2),
        ({"machine_id": None}, 2),
        ({"pinned": True, "hostname": "lab-99", "machine_id": "machine-9"}, 2),
        ({"pinned": False}, 1),
        (LAB, 1),
    ],
)
@on_any_database
async def test_a_change_changes_what_it_names(
    admin: httpx.AsyncClient, changes: dict[str, object], version: int
) -> None:
    """The rest stays; what is so already makes no new version."""
    before = (await admin.put(PATH, json=LAB)).json()
    answer = await admin.patch(PATH, json=changes)
    assert answer.status_code == 200
    assert answer.json() == {
        **before,
        **changes,
        "version": version,
    }


async def test_a_removal_can_be_repeated(admin: httpx.AsyncClient, fleet: Fleet) -> None:
    """204 each time, one entry of the audit; what a job retired is removed for good."""
    pc = await registered(admin)
    await fleet.execute(BY_JOB)
    answers = [await admin.delete(PATH) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert (await fleet.row(pc.id)).deleted_by == "admin"
    assert await fleet.audit() == [("pc.removed", "user:7", pc.id)]
    assert problem(await admin.get(PATH)) == REMOVED
    assert problem(await admin.patch(PATH, json={"pinned": True})) == REMOVED


@in_turn("method", ["GET", "PATCH", "DELETE"])
@on_any_database
async def test_an_unknown_mac_address_answers_404(admin: httpx.AsyncClient, method: str) -> None:
    """Only PUT makes a PC."""
    body = {"json": {"pinned": True}} if method == "PATCH" else {}
    answer = await admin.request(method, PATH, **body)  # type: ignore[arg-type]  # one keyword or none
    assert problem(answer) == NOT_FOUND


async def test_a_restore_and_a_removal_by_id_are_audited(
    admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """Each once, by whom, however often it is asked for."""
    pc = await registered(admin)
    for _ in range(2):
        await admin.delete(f"/v1/pcs/{pc.id}")
    for _ in range(2):
        await admin.post(f"/v1/pcs/{pc.id}/restore")
    assert await fleet.audit() == [
        ("pc.removed", "user:7", pc.id),
        ("pc.restored", "user:7", pc.id),
    ]


async def test_a_registration_that_brings_a_pc_back_is_audited(
    admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """What a job had removed and a client registers again."""
    pc = await registered(admin)
    await fleet.execute(BY_JOB)
    await registered(admin)
    assert await fleet.audit() == [("pc.restored", "user:7", pc.id)]


@on_any_database
@in_turn(
    ("method", "body", "where"),
    [
        ("PUT", {}, "#/hostname"),
        ("PUT", {"hostname": None}, "#/hostname"),
        ("PUT", {"hostname": ""}, "#/hostname"),
        ("PUT", {"hostname": "a b"}, "#/hostname"),
        ("PUT", {"hostname": "lab-01", "machine_id": ""}, "#/machine_id"),
        ("PUT", {"hostname": "lab-01", "pinned": True}, "#/pinned"),
        ("PATCH", {}, "#"),
        ("PATCH", {"hostname": None}, "#/hostname"),
        ("PATCH", {"hostname": "<b>"}, "#/hostname"),
        ("PATCH", {"pinned": None}, "#/pinned"),
        ("PATCH", {"pinned": "perhaps"}, "#/pinned"),
        ("PATCH", {"machine_id": "m" * 129}, "#/machine_id"),
        ("PATCH", {"status": "online"}, "#/status"),
    ],
)
async def test_a_description_that_breaks_rules_is_told_where(
    admin: httpx.AsyncClient, method: str, body: dict[str, object], where: str
) -> None:
    """422 with the place, before anything is looked up."""
    answer = await admin.request(method, PATH, json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [where]


async def test_many_who_describe_and_register_one_pc_at_once_are_all_answered(
    admin: httpx.AsyncClient, fleet: Fleet
) -> None:
    """One creates it, the others find it: a single 201, else 200, and one PC."""
    asked = [admin.put(PATH, json=LAB), admin.post("/v1/pcs", json=PC)]
    asked += [admin.put(PATH, json=LAB), admin.post("/v1/pcs", json=PC)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert statuses == [200, 200, 200, 201]
    assert len(await fleet.statuses()) == 1
