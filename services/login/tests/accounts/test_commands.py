"""`login users` and `login keys`: what they say, and what a mistake comes to."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from login.cli import main
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import Outage, on_any_database, on_every_database

from .people import PASSWORD

pytestmark = on_any_database


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: object
    out: str
    err: str


Run: TypeAlias = Callable[..., Said]


@pytest.fixture
def unconfigured_logging() -> Iterator[None]:
    """Take back what a command does to the root logger of this process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def run(
    tmp_path: Path,
    settings: Mapping[str, object],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    unconfigured_logging: None,
) -> Run:
    """Run a command on the settings of this test; `given` is its standard input."""
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(settings))

    def run(*arguments: str, given: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--settings", str(file)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert PASSWORD not in said.out + said.err
        return Said(ended.value.code, said.out, said.err)

    return run


def _add(run: Run, name: str, *options: str, password: str = PASSWORD) -> Said:
    return run("users", "add", name, "--password-stdin", *options, given=f"{password}\n")


@on_every_database
def test_a_user_is_added_listed_changed_disabled_and_enabled(run: Run) -> None:
    """The life of an account, however its name is spelled."""
    assert _add(run, "Ada", "--scope", "pcs:write", "--scope", "pcs:read") == Said(
        0, "added Ada, id 1\n", ""
    )
    assert run("users", "list").out == "1\tAda\tok\tpcs:read pcs:write\n"
    assert run("users", "set-scopes", "ADA", "--scope", "pcs:read").code == 0
    assert run("users", "disable", "ada").out == "disabled Ada\n"
    assert run("users", "disable", "ada").code == 0
    assert run("users", "list").out == "1\tAda\tdisabled\tpcs:read\n"
    assert run("users", "enable", "ada").out == "enabled Ada\n"
    assert run("users", "set-scopes", "ada").code == 0
    assert run("users", "list").out == "1\tAda\tok\t\n"


def test_a_token_for_a_new_password_is_printed(run: Run, secrets: set[str]) -> None:
    """On standard output, and nowhere else."""
    _add(run, "ada")
    said = run("users", "reset-password", "ada")
    token = said.out.strip()
    secrets.add(token)
    assert (said.code, token[:4], len(token), said.err) == (0, "lpr_", 47, "")


@pytest.fixture
def ada(run: Run) -> None:
    """Somebody is there already."""
    _add(run, "ada")


@in_turn(
    ("arguments", "given", "words"),
    [
        (["add", "a b", "--password-stdin"], PASSWORD, "no blanks"),
        (["add", "bob", "--password-stdin"], "too short", "12 to 1,024 bytes"),
        (["add", "bob", "--password-stdin"], "", "12 to 1,024 bytes"),
        (["add", "bob", "--password-stdin", "--scope", "all"], PASSWORD, "no scope 'all'"),
        (["add", "bob"], PASSWORD, "use --password-stdin"),
        (["add", "ADA", "--password-stdin"], PASSWORD, "or one that reads the same"),
        (["disable", "bob"], "", "there is no user 'bob'"),
        (["enable", "bob"], "", "there is no user 'bob'"),
        (["set-scopes", "bob"], "", "there is no user 'bob'"),
        (["set-scopes", "ada", "--scope", "all"], "", "there are pcs:read"),
        (["reset-password", "bob"], "", "there is no user 'bob'"),
    ],
)
def test_a_mistake_is_told(
    arguments: list[str], given: str, words: str, ada: None, run: Run
) -> None:
    """In a sentence, with exit code 2."""
    said = run("users", *arguments, given=given)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_a_password_is_no_argument(run: Run) -> None:
    """Arguments are seen by everybody on the machine."""
    assert run("users", "add", "ada", "--password", "x" * 12).code == 2


@pytest.mark.parametrize("more_settings", [{"Tokens": {"AccessLifetimeInMinutes": 1}}])
def test_settings_are_checked_as_by_the_service(run: Run) -> None:
    """Exit code 2, and the option is named."""
    said = run("users", "list")
    assert said.code == 2
    assert "Tokens:AccessLifetimeInMinutes" in said.err


@on_every_database
def test_a_store_that_is_away_is_told(run: Run, away: Outage) -> None:
    """Exit code 1: it was rightly asked for."""
    _add(run, "ada")
    with away():
        said = run("users", "list")
    assert said.code == 1
    assert said.err.startswith("login: ")


def test_keys_are_rotated_and_listed(run: Run) -> None:
    """The first signs at once, the second waits."""
    assert run("keys", "list") == Said(0, "", "")
    made = [run("keys", "rotate").out.removeprefix("created ").strip() for _ in range(2)]
    lines = [line.split("\t") for line in run("keys", "list").out.splitlines()]
    assert [(name, state) for name, _, state in lines] == [(made[0], "signs"), (made[1], "waits")]


def test_a_foreign_file_among_the_keys_is_told(run: Run, tmp_path: Path) -> None:
    """With its path, and what to do."""
    run("keys", "rotate")
    (tmp_path / "keys" / "notes.txt").touch()
    said = run("keys", "rotate")
    assert said.code == 1
    assert f"{tmp_path}/keys/notes.txt is no signing key" in said.err
