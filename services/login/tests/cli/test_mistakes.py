"""A user's mistake ends in a message that says what to do, and in exit code 2."""

from pathlib import Path

import pytest

from login.cli import main
from login.client import machine, machine_id
from login.client.network_card import NoNetworkCardError

CLOSED_PORT = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _known_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGIN_CLIENT_ID", "labs")
    monkeypatch.setenv("LOGIN_CLIENT_SECRET", "s3cret")


def _fail(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    words = capsys.readouterr().err
    assert "Traceback" not in words
    return " ".join(words.replace("│", " ").split())


@pytest.mark.parametrize(
    "server", ["login.test", "ftp://login.test", "http://", "http://login.test:port", "http://[::1"]
)
@pytest.mark.parametrize("command", ["agent", "simulate"])
def test_a_bad_address_is_named(
    command: str, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address of no web server is shown with what is wrong about it."""
    words = _fail([command, "--server", server], capsys)
    assert "--server" in words
    assert server in words


def test_a_bad_hardware_address_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A hardware address that is none is told with the forms that are."""
    assert "aa:bb:cc:dd:ee:ff" in _fail(["agent", "--mac", "12"], capsys)


@pytest.mark.parametrize(
    "arguments", [["--pcs", "0"], ["--duration", "-1"], ["--stay", "x"], ["--unknown"]]
)
def test_a_bad_option_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the option."""
    assert arguments[0] in _fail(["simulate", *arguments], capsys)


def test_a_simulation_without_service_does_not_begin(capsys: pytest.CaptureFixture[str]) -> None:
    """When no service answers at the start, the message says where and what to do."""
    words = _fail(["simulate", "--server", CLOSED_PORT], capsys)
    assert f"no Login service answers at {CLOSED_PORT}" in words
    assert "login serve" in words


def test_a_machine_without_hardware_address_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An agent that cannot say who its machine is asks for the address."""

    def find_none() -> None:
        raise NoNetworkCardError("this machine has no network card")

    monkeypatch.setattr(machine, "find_mac", find_none)
    assert "name one with --mac" in _fail(["agent"], capsys)


def test_a_machine_that_cannot_keep_its_identifier_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An agent that can store nothing says where it tried to."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(
        machine, "find_machine_id", lambda: machine_id.find_machine_id(tmp_path, tmp_path / "file")
    )
    assert f"{tmp_path}/file" in _fail(["agent", "--mac", "020000000001"], capsys)


def test_no_command_shows_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody who types `login` learns what there is."""
    with pytest.raises(SystemExit):
        main([])
    said = capsys.readouterr()
    assert "simulate" in said.out + said.err
