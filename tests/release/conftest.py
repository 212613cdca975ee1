"""The distributions, built once for all tests of a process."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

# What needs an index of packages and minutes is left to `make release-check`, which says by this
# variable where its tools are.
TOOLS: Final = os.environ.get("LOOPJOBS_TEST_RELEASE_TOOLS")
collect_ignore = [] if TOOLS else ["test_clean_environments.py", "test_tools.py"]


@dataclass(frozen=True)
class Distribution:
    """What is handed out."""

    sdist: Path
    wheel: Path

    @property
    def members(self) -> dict[str, bytes]:
        """The files in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    @property
    def metadata(self) -> bytes:
        """What an index and a list of materials read."""
        return next(text for name, text in self.members.items() if name.endswith("/METADATA"))

    @property
    def extras(self) -> Sequence[str]:
        """The names of the extras, sorted."""
        return sorted(BytesParser().parsebytes(self.metadata).get_all("Provides-Extra", ()))


def build(source: Path, into: Path, target: str) -> Path:
    """Build a distribution out of a directory, with what is installed."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(into.glob("*.whl" if target == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="session")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """Wheel and sdist, as `make dist` builds them."""
    into = tmp_path_factory.mktemp("dist")
    return Distribution(build(ROOT, into, "sdist"), build(ROOT, into, "wheel"))
