"""How commands learn who they are to the service."""

from pathlib import Path

import pytest

from login.cli import main
from login.cli.client_credentials import read_credentials
from login.client import ClientCredentials
from servicekit.cli.mistakes import CommandError

SECRET = "LOGIN_CLIENT_SECRET"


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGIN_CLIENT_ID", SECRET, "LOGIN_CLIENT_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_the_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where other users of the machine do not see it."""
    monkeypatch.setenv(SECRET, "hush")
    assert read_credentials("labs", None) == ClientCredentials("labs", "hush")


def test_a_file_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the line break that editors leave at its end."""
    monkeypatch.setenv(SECRET, "other")
    file = tmp_path / "secret"
    file.write_text("hush\n")
    assert read_credentials("labs", file) == ClientCredentials("labs", "hush")


@pytest.mark.parametrize("content", [None, b"", b"\n", b"hush\xff"])
def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    """Code 2, and the name of the file or what to give; never what is in it."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match="secret") as ended:
        read_credentials("labs", file)
    assert ended.value.exit_code == 2
    assert "hush" not in str(ended.value)
    assert ended.value.__cause__ is None or isinstance(ended.value.__cause__, OSError)


@pytest.mark.parametrize("command", ["agent", "simulate"])
@pytest.mark.parametrize(
    ("given", "missing"),
    [((), "--client-id or LOGIN_CLIENT_ID"), (("--client-id", "labs"), "LOGIN_CLIENT_SECRET")],
)
def test_missing_credentials_are_told(
    command: str, given: tuple[str, ...], missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 2 and what to give, before anything is sent."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--server", "http://login.test", *given])
    assert ended.value.code == 2
    assert missing in capsys.readouterr().err


@pytest.mark.parametrize("command", ["agent", "simulate"])
def test_a_secret_is_no_argument(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All users of a machine can see the arguments of a command."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--client-secret", "hush"])
    assert ended.value.code == 2
    assert "No such option" in capsys.readouterr().err
