"""How applications are named, and what is said if they cannot be had."""

from pathlib import Path

import pytest

from .conftest import Command, WriteApp


@pytest.mark.parametrize(
    "app", ["app_of_test:build", "app_of_test.py:build", "./app_of_test.py:build"]
)
def test_an_app_is_a_module_or_a_file(command: Command, write_app: WriteApp, app: str) -> None:
    """The current directory is importable."""
    write_app()
    assert command("list", app).code == 0


def test_a_file_imports_its_neighbors(
    command: Command, write_app: WriteApp, tmp_path: Path
) -> None:
    """Wherever it is, as when Python runs it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "app_of_test_neighbor.py").write_text("NAME = 'near'\n")
    write_app("import app_of_test_neighbor\n", name="elsewhere/app_of_test")
    assert command("list", "elsewhere/app_of_test.py:build").code == 0


def test_an_app_may_be_a_builder(command: Command, write_app: WriteApp) -> None:
    """Nothing has to be called then."""
    write_app("ready = build()\n")
    assert "Sweep" in command("list", "app_of_test:ready").out


def test_the_environment_may_name_the_app(
    command: Command, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For those who always mean the same one."""
    monkeypatch.setenv("LOOPJOBS_APP", app)
    assert "Sweep" in command("list").out
    assert command("run-once", "Sweep").code == 0


def test_settings_files_go_to_the_function(command: Command, app: str, tmp_path: Path) -> None:
    """It says itself what it does with them; there is no second way to settings."""
    (tmp_path / "slow.json").write_text('{"Sweeping": {"IntervalInSeconds": 3600}}')
    assert "every 1 h" in command("list", app, "--settings", "slow.json").out


@pytest.mark.parametrize(
    ("source", "attribute", "words"),
    [
        ("", "bild", "has no attribute 'bild'. Did you mean app_of_test:build?"),
        ("", "Sweep", "app_of_test:Sweep returned an object of class Sweep, and no HostBuilder."),
        (
            "number = 7",
            "number",
            "app_of_test:number is an object of class int, and no HostBuilder",
        ),
        (
            "def needs(x): ...",
            "needs",
            "needs cannot be called without arguments: missing a requir",
        ),
        ("async def later(): ...", "later", "app_of_test:later is an async function, and no HostB"),
        ("def bad(): raise OSError('x')", "bad", "app_of_test:bad raised OSError: x"),
        ("def ends(): raise SystemExit(3)", "ends", "app_of_test:ends raised SystemExit: 3"),
    ],
)
def test_what_is_no_builder_is_told(
    command: Command, write_app: WriteApp, source: str, attribute: str, words: str
) -> None:
    """Code 2, one line, no traceback."""
    write_app(f"\n{source}\n")
    ended = command("list", f"app_of_test:{attribute}")
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import no_such_neighbor", "app_of_test cannot be imported: ModuleNotFoundError: No mod"),
        ("from json import nothing", "app_of_test cannot be imported: ImportError: cannot import"),
        ("1 / 0", "app_of_test cannot be imported: ZeroDivisionError: division by zero ("),
        ("raise SystemExit", "app_of_test ended the process while it was imported ("),
        ("def (", "app_of_test cannot be imported: SyntaxError: "),
    ],
)
def test_a_module_that_raises_shows_its_own_error_and_place(
    command: Command, write_app: WriteApp, source: str, words: str
) -> None:
    """It is there: looking for it would lead astray."""
    write_app(f"\n{source}\n")
    ended = command("list", "app_of_test:build")
    assert ended.code == 2
    assert words in ended.err
    assert "app_of_test.py, line " in ended.err


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ("no_such_app:build", "there is no module 'no_such_app'. Is it installed, or importable"),
        ("no_such_app.part:build", "there is no module 'no_such_app.part': 'no_such_app' cannot"),
        ("gone.py:build", "there is no file 'gone.py'"),
        ("app_of_test", "'app_of_test' does not name an application: write module:attribute"),
        ("app_of_test:", "does not name an application"),
    ],
)
def test_an_app_that_is_not_there_is_told(
    command: Command, write_app: WriteApp, app: str, words: str
) -> None:
    """With what to do."""
    write_app()
    ended = command("list", app)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


def test_no_app_at_all_is_told(command: Command) -> None:
    """Every command says the same."""
    for line in (["check"], ["list"], ["run"], ["plan"], ["run-once", "Sweep"]):
        ended = command(*line)
        assert ended.code == 2
        assert "which application?" in ended.err


@pytest.mark.parametrize("attribute", ["ready", "plain"])
def test_settings_that_nobody_takes_are_told(
    command: Command, write_app: WriteApp, attribute: str
) -> None:
    """They would be ignored otherwise."""
    write_app("ready = build()\ndef plain(): return build()\n")
    ended = command("list", f"app_of_test:{attribute}", "--settings", "x.json")
    assert ended.code == 2
    assert "takes no --settings" in ended.err
