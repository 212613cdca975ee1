"""What bulk jobs take for granted about the Login service, in one place.

Give `check_contract` a client of any Login service, a stand-in or the real one, in which nobody
knows the MAC addresses below. The client's account there needs the scope `pcs:write`.
"""

from typing import Final

import pytest

from admin_provisioning.domain.login_api import LoginApi, PcChange, RowRefusedError
from servicekit.mac import MacAddress

KNOWN: Final = MacAddress.parse("02:c0:47:7a:c7:01")
NEVER_SEEN: Final = MacAddress.parse("02:c0:47:7a:c7:02")


async def check_contract(login: LoginApi) -> None:
    """Walk a PC through its life at the Login service, each step twice.

    Raises:
        AssertionError: the service does not do what bulk jobs rely on.
    """
    pc_id = await _is_created_once(login)
    await _is_changed(login, pc_id)
    await _unknown_pcs_are_refused(login)
    await _is_removed(login)
    assert await login.put_pc(PcChange(KNOWN, {"hostname": "back"})) == pc_id, "not restored"


async def _is_created_once(login: LoginApi) -> int:
    first = await login.put_pc(PcChange(KNOWN, {"hostname": "pc-1"}))
    described = PcChange(KNOWN, {"hostname": "pc-2", "machine_id": "m-1"})
    assert await login.put_pc(described) == first, "a second PUT made another PC"
    assert await login.put_pc(described) == first, "a PUT cannot be repeated"
    return first


async def _is_changed(login: LoginApi, pc_id: int) -> None:
    for change in ({"pinned": True}, {"hostname": "pc-3", "machine_id": None}, {"pinned": False}):
        for _ in range(2):
            changed = await login.patch_pc(PcChange(KNOWN, dict(change)))
            assert changed == pc_id, "a PATCH answers with another PC"


async def _unknown_pcs_are_refused(login: LoginApi) -> None:
    with pytest.raises(RowRefusedError) as refusal:
        await login.patch_pc(PcChange(NEVER_SEEN, {"pinned": True}))
    assert refusal.value.code == "pc_unknown"
    with pytest.raises(RowRefusedError) as refusal:
        await login.delete_pc(NEVER_SEEN)
    assert refusal.value.code == "pc_unknown"
    with pytest.raises(RowRefusedError) as refusal:
        await login.put_pc(PcChange(NEVER_SEEN, {"hostname": "x" * 300}))
    assert refusal.value.code == "invalid_row"


async def _is_removed(login: LoginApi) -> None:
    for _ in range(2):
        await login.delete_pc(KNOWN)
    with pytest.raises(RowRefusedError) as refusal:
        await login.patch_pc(PcChange(KNOWN, {"pinned": True}))
    assert refusal.value.code == "pc_removed"
