"""What other people's tools have to say: `make release-check`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from .conftest import ROOT, TOOLS

NOT_SEEN: Final = "# not seen by pyright"
API: Final = ROOT / "tests/typing_tests/api.py"
CONTAINERFILES: Final = sorted((ROOT / "deploy").rglob("Containerfile*"))
MANIFESTS: Final = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))

pytestmark = [pytest.mark.smoke, pytest.mark.timeout(600)]


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool of `make release-check`."""
    command = [Path(str(TOOLS)) / tool, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def test_pyright_sees_what_mypy_sees(tmp_path: Path) -> None:
    """Users check with either; each marked mistake is found, and nothing else is."""
    settings = {
        "include": [str(API)],
        "typeCheckingMode": "strict",
        "reportUnnecessaryTypeIgnoreComment": "error",
    }
    configuration = tmp_path / "pyrightconfig.json"
    configuration.write_text(json.dumps(settings), encoding="utf-8")
    python = ("--pythonpath", sys.executable)
    ended = run("basedpyright", "--project", configuration, *python, "--outputjson")
    found = {
        each["range"]["start"]["line"] + 1: each["message"]
        for each in json.loads(ended.stdout)["generalDiagnostics"]
    }
    lines = API.read_text(encoding="utf-8").splitlines()
    expected = {number for number, line in enumerate(lines, 1) if line.endswith(NOT_SEEN)}
    assert found.keys() == expected, found


@pytest.mark.parametrize("environment", [".", "release", "site"])
def test_all_that_an_environment_has_is_pinned(environment: str) -> None:
    """One that is made next year has what this one has."""
    python = Path(str(TOOLS)).parents[1] / environment / "bin" / "python"
    command = [str(python), "-m", "pip", "freeze", "--exclude-editable"]
    frozen = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pins = "".join(each.read_text(encoding="utf-8") for each in ROOT.glob("constraints*.txt"))
    assert frozen
    assert set(frozen.lower().splitlines()) - set(pins.lower().splitlines()) == set()


def test_hadolint_finds_nothing() -> None:
    """The recipes of the images follow the rules of the trade."""
    ended = run("hadolint", *CONTAINERFILES)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_kubernetes_would_take_the_manifests() -> None:
    """No key is misspelled, and none has a value of another type."""
    ended = run("kubernetes-validate", "--strict", *MANIFESTS)
    assert ended.returncode == 0, ended.stdout + ended.stderr
