"""The Pythons of this machine that the library is for."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CLASSIFIER: Final = re.compile(r"Programming Language :: Python :: (\d+\.\d+)")
_SAY_VERSION: Final = "import sys; print('%d.%d' % sys.version_info[:2])"


def supported(pyproject: Path) -> list[str]:
    """Return the versions that the classifiers name."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    found = map(_CLASSIFIER.fullmatch, project["classifiers"])
    return [match[1] for match in found if match]


def installed(versions: list[str]) -> dict[str, Path]:
    """Return those that are here, on the path or at pyenv, by version."""
    found = {version: next(_working(version), None) for version in versions}
    return {version: path for version, path in found.items() if path}


def _working(version: str) -> Iterator[Path]:
    for path in _candidates(version):
        # What is on the path may be a stand-in that leads to no interpreter.
        said = subprocess.run(
            [path, "-c", _SAY_VERSION], check=False, capture_output=True, text=True
        )
        if said.stdout.strip() == version:
            yield path


def _candidates(version: str) -> Iterator[Path]:
    if on_path := shutil.which(f"python{version}"):
        yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"))
