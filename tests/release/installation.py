"""The wheel, installed beside some of what this environment has, and nothing else of it."""

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

_STARTER: Final = """
import runpy, sys
program = sys.argv.pop()
sys.path += sys.argv[1:]
runpy.run_path(program, run_name="__main__")
"""


def install(wheel: Path, into: Path) -> None:
    """Install a wheel, and nothing of what it needs."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    target = ["--no-compile", "--target", str(into), str(wheel)]
    subprocess.run([*pip, *target], check=True, capture_output=True)


def link_what_it_needs(into: Path, extra: str) -> None:
    """Link what the library stands on with one extra, or with none."""
    for name in _needed("loopjobs", extra, set()):
        for part in _parts(name):
            link = into / part.name
            if not link.exists():
                link.symlink_to(part)


def run(program: Path, *sites: Path) -> str:
    """Run a program that sees the standard library and some directories; return what it printed."""
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", _STARTER]
    arguments = [*map(str, sites), str(program)]
    return subprocess.run([*command, *arguments], check=True, capture_output=True, text=True).stdout


def _needed(name: str, extra: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    """Yield the distributions that one needs, and those that they need."""
    for line in importlib.metadata.requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        yield requirement.name
        for each in ("", *requirement.extras):
            if (requirement.name, each) not in seen:
                seen.add((requirement.name, each))
                yield from _needed(requirement.name, each, seen)


def _parts(name: str) -> set[Path]:
    """Return the files and directories at the top of a distribution."""
    distribution = importlib.metadata.distribution(name)
    inside = [file for file in distribution.files or () if file.parts[0] != ".."]
    return {Path(str(distribution.locate_file(file.parts[0]))) for file in inside}
