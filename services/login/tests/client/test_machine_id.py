"""What names a machine beside its network card."""

import re
from pathlib import Path

import pytest

from login.client import NoMachineIdError, identify_this_machine
from login.client.machine_id import default_state_folder, find_machine_id
from servicekit.mac import MacAddress

GIVEN = "3d1219c7c4c5404aaa1f6d2a48adfda4"


def _etc(root: Path, text: str) -> Path:
    (root / "etc").mkdir()
    (root / "etc/machine-id").write_text(text)
    return root


def test_the_system_knows_it(tmp_path: Path) -> None:
    """The identifier is derived from the system's, the same each time, and does not reveal it."""
    root = _etc(tmp_path, f"{GIVEN}\n")
    found = find_machine_id(root, tmp_path)
    assert found == find_machine_id(root, tmp_path)
    assert re.fullmatch("[0-9a-f]{32}", found)
    assert found != GIVEN


@pytest.mark.parametrize("text", ["", "uninitialized\n", "\udcff", "not an id"])
def test_otherwise_one_is_made_and_kept(tmp_path: Path, text: str) -> None:
    """Where the system has none, one is made once and read from then on."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/machine-id").write_bytes(text.encode(errors="surrogateescape"))
    kept = tmp_path / "state"
    assert find_machine_id(tmp_path, kept) == find_machine_id(tmp_path, kept)
    assert find_machine_id(tmp_path, kept) != find_machine_id(tmp_path, tmp_path / "other")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error says which file could not be made."""
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(NoMachineIdError, match=f"{tmp_path}/state/machine-id"):
        find_machine_id(tmp_path, tmp_path / "state")


def test_it_is_kept_in_the_users_state_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place follows the XDG rules."""
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert default_state_folder() == Path("/somewhere/login")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    assert default_state_folder() == Path("/home/ada/.local/state/login")


def test_a_machine_can_be_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A given hardware address and host name take the place of those found."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    mac = MacAddress.parse("00-1B-44-11-3A-B7")
    named = identify_this_machine(mac, "front-desk")
    assert (named.mac, named.hostname) == (mac, "front-desk")
    assert identify_this_machine(mac).hostname
