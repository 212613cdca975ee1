"""The virtual environments in which systems are measured, made when they are first asked for."""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PINS: Final = Path(__file__).with_name("environments.toml")
_ROOT: Final = Path(__file__).parents[2]
_PROJECT: Final = f"{_ROOT}[otel]"
_LAST_LINES: Final = 1


class NotInstalledError(Exception):
    """An environment could not be made; says what pip had to say."""


@dataclass(frozen=True)
class Pins:
    """What an environment is made of."""

    requirements: tuple[str, ...]
    has_project: bool
    """Whether this library is installed in it, with what it needs, as it stands here."""

    @property
    def mark(self) -> str:
        """What tells whether an environment was made of these."""
        text = "\n".join((sys.version, str(self.has_project), *self.requirements))
        return hashlib.sha256(text.encode()).hexdigest()


def read_pins(name: str) -> Pins:
    """Read what the environment of that name is made of."""
    entry = tomllib.loads(_PINS.read_text(encoding="utf-8"))[name]
    return Pins(tuple(entry["requirements"]), entry.get("project", False))


def interpreter_of(name: str, folder: Path) -> Path:
    """Return the Python of an environment; makes it first if it is missing or of other pins.

    Args:
        name: As in `environments.toml`; `project` is where the benchmark itself runs.
        folder: Where environments are kept.

    Raises:
        NotInstalledError: it could not be made.
    """
    if name == "project":
        return Path(sys.executable)
    pins, place = read_pins(name), folder / name
    python, mark = place / "bin" / "python", place / "made-of"
    if not (mark.exists() and mark.read_text(encoding="utf-8") == pins.mark):
        _call([sys.executable, "-m", "venv", "--clear", str(place)])
        install = [str(python), "-m", "pip", "install", "--quiet", *pins.requirements]
        if pins.has_project:
            constraints = str(_ROOT / "constraints.txt")
            install += ["--editable", _PROJECT, "--constraint", constraints]
        _call(install)
        mark.write_text(pins.mark, encoding="utf-8")
    return python


def packages_of(name: str, folder: Path) -> Path:
    """Return a folder with what an environment has beside this one; makes it first if it is old.

    A process that has this folder on its path has both.

    Args:
        name: As in `environments.toml`.
        folder: Where such folders are kept.

    Raises:
        NotInstalledError: it could not be made.
    """
    pins, place = read_pins(name), folder / name
    mark = place / "made-of"
    if not (mark.exists() and mark.read_text(encoding="utf-8") == pins.mark):
        shutil.rmtree(place, ignore_errors=True)
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        _call([*install, "--target", str(place), *pins.requirements])
        mark.write_text(pins.mark, encoding="utf-8")
    return place


def environment_variables() -> dict[str, str]:
    """Return the variables of a process that measures: code is compiled once, found by path."""
    variables = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    return variables | {"PYTHONPATH": str(Path(__file__).parents[1])}


def _call(command: list[str]) -> None:
    # Our own pins, and the interpreter that runs this.
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise NotInstalledError(errors[-_LAST_LINES])
