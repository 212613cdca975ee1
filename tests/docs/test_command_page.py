"""The pages about the command work as they are written."""

import logging
import re
import shlex
import sys
from pathlib import Path

import pytest

from loopjobs.cli import main
from loopjobs.cli._mistakes import ExitCode

from .test_tutorial import File, comparable, matches, steps

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["use-the-command.md", "move-from-quartz.md"]
PAGE = (DOCS / "how-to" / "use-the-command.md").read_text(encoding="utf-8")
NO_STEP = re.compile(r"^```(sh|python)\n.*?^```$", re.MULTILINE | re.DOTALL)
"""Shown as an example; Python is run as the blocks of all pages are."""


@pytest.mark.parametrize("page", PAGES)
def test_the_page_works_as_it_is_written(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each file is saved, and each command prints what the page shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    text = NO_STEP.sub("", (DOCS / "how-to" / page).read_text(encoding="utf-8"))
    for step in steps(text):
        if isinstance(step, File):
            (tmp_path / step.name).write_text(step.text, encoding="utf-8")
            continue
        program, *arguments = shlex.split(step.line)
        assert program == "loopjobs"
        with monkeypatch.context() as patch:
            patch.setattr(logging.getLogger(), "handlers", [])
            with pytest.raises(SystemExit):
                main(arguments)
        out, err = capfd.readouterr()
        printed = [
            comparable(re.sub(r"(< )?\b\d+ ms", "<seconds>", line))
            for line in (err + out).splitlines()
        ]
        assert matches(step.output, printed), (step.line, printed)


def test_every_exit_code_is_on_the_page() -> None:
    """And no other."""
    assert re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE) == [str(code.value) for code in ExitCode]
