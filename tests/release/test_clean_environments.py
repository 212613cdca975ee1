"""The wheel in clean environments, with every extra on every Python: `make release-check`."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from . import probe
from .conftest import ROOT, Distribution
from .interpreters import installed, supported

PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: Final = sorted(PROJECT["optional-dependencies"])
PYTHONS: Final = installed(supported(ROOT / "pyproject.toml"))

pytestmark = [pytest.mark.smoke, pytest.mark.timeout(600)]


def run(*command: str | Path) -> str:
    """Run a command; what it says stands in the error if it fails."""
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize("extras", ["", *EXTRAS, ",".join(EXTRAS)])
@pytest.mark.parametrize("version", PYTHONS)
def test_a_stranger_can_use_it(
    distribution: Distribution, tmp_path: Path, version: str, extras: str
) -> None:
    """Core and extras work, and what needs other extras says so; pip finds nothing amiss."""
    run(PYTHONS[version], "-m", "venv", "--without-pip", tmp_path)
    python = tmp_path / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    wanted = f"{distribution.wheel}[{extras}]" if extras else str(distribution.wheel)
    run(*pip, "install", "--quiet", "--no-compile", wanted)
    run(*pip, "check")
    answers: dict[str, Any] = json.loads(run(python, "-W", "error", probe.__file__))
    assert ".".join(map(str, answers["python"])) == version
    usable = {name for name in probe.USES if not answers[name]}
    assert usable == {"core", *extras.split(",")} & probe.USES.keys()


def test_this_python_is_among_them() -> None:
    """The search finds interpreters, so an empty list of cases would be a mistake."""
    assert PYTHONS
