"""The command as a whole: version, missing extra, terminals, completion."""

import io
import os
import sys

import pytest
from typer.testing import CliRunner

import loopjobs.cli
from loopjobs.cli._application import application
from loopjobs.cli._consoles import can_be_drawn_over, results
from loopjobs.cli._text import safe, safe_lines

from .conftest import Command, Ended, Terminal, WriteApp


def test_version(command: Command) -> None:
    """For reports."""
    ended = command("--version")
    assert (ended.code, ended.out.split()[0]) == (0, "loopjobs")


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library works without it, so the command may be there and not its means."""
    monkeypatch.setitem(sys.modules, "rich", None)
    with pytest.raises(SystemExit, match="2"):
        loopjobs.cli.main(["--version"])
    assert capsys.readouterr().err == (
        "loopjobs: the command needs rich: pip install 'loopjobs[cli]'\n"
    )


def test_main_is_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """What the entry point and `python -m loopjobs` call."""
    with pytest.raises(SystemExit, match="0"):
        loopjobs.cli.main(["--version"])
    assert "loopjobs" in capsys.readouterr().out


def test_an_encoding_that_knows_few_letters_stops_nothing(
    write_app: WriteApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters that it lacks are shown as escapes."""
    app = write_app("""
        async def löschen(ct): ...

        def build():
            return HostBuilder(settings_files=()).add_loop_job(löschen, SweepOptions)
    """)
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    with pytest.raises(SystemExit, match="0"):
        loopjobs.cli.main(["list", app])
    assert b"l\\xf6schen" in written.getvalue()


def test_colors_are_for_terminals_that_want_them(
    command: Command, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None in a pipe, none with NO_COLOR."""
    assert "\x1b" not in command("check", app).out
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    assert results().color_system is not None
    monkeypatch.setenv("NO_COLOR", "1")
    assert results().no_color


@pytest.mark.parametrize(
    ("name", "value", "is_drawn"), [("TERM", "xterm", True), ("TERM", "dumb", False)]
)
def test_only_a_terminal_is_drawn_over(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, is_drawn: bool
) -> None:
    """Neither a file that colors are forced upon, nor one that cannot move its cursor."""
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert can_be_drawn_over(results()) is is_drawn
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not can_be_drawn_over(results())


def complete(line: str, app: str | None = None) -> Ended:
    """Ask as bash does at the TAB key behind that line."""
    words = line.split(" ")
    environment = {
        "_LOOPJOBS_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        **({} if app is None else {"LOOPJOBS_APP": app}),
    }
    ended = CliRunner().invoke(application(), [], env=environment, prog_name="loopjobs")
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def test_the_shell_completes_names_of_jobs(write_app: WriteApp) -> None:
    """Of the application that is named on the line, or by the environment."""
    app = write_app("print('imported')\n")
    assert complete("loopjobs run-once S", app).out.split() == ["Sweep"]
    assert complete(f"loopjobs run-once {app} s").out.split() == ["spill"]
    assert complete("loopjobs plan --job S", app).out.split() == ["Sweep"]


def test_an_app_that_cannot_be_built_completes_nothing(app: str) -> None:
    """And says nothing: there is nobody to tell at the TAB key."""
    ended = complete("loopjobs run-once S", "gone.py:build")
    assert (ended.code, ended.out.strip(), ended.err) == (0, "", "")


def test_nothing_speaks_to_the_terminal() -> None:
    """Escapes, bells, and letters that turn the direction of writing."""
    assert safe("a\x1b[31m\x07\r\n\u202eb") == "a\\x1b[31m\\x07\\r\\n\\u202eb"
    assert safe_lines("a\tb\n\x1bc") == "a   b\n\\x1bc"


def test_help_is_told_without_an_app(command: Command) -> None:
    """Each command has one."""
    names = ["check", "list", "run", "run-once", "plan", "status", "trigger", "pause", "resume"]
    assert os.environ.get("LOOPJOBS_APP") is None
    for name in names:
        ended = command(name, "--help")
        assert (ended.code, ended.err) == (0, "")
