"""The page for Django works as it is written: a project is made, and its test passes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-in-django.md"
FILE = re.compile(
    r'^```python title="(?P<name>[^"]+?)(?P<is_added>, at the end)?"\n(?P<text>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)


def write_files(page: str, project: Path) -> None:
    """Save each file of the page, or add to what is there."""
    for file in FILE.finditer(page):
        path = project / file["name"]
        before = path.read_text(encoding="utf-8") if file["is_added"] else ""
        path.write_text(before + file["text"], encoding="utf-8")


def run(project: Path, *arguments: str) -> str:
    """Run a module of Python in the project, with warnings as errors; return what it says."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


@pytest.mark.smoke
def test_the_project_of_the_page_passes_its_own_test(tmp_path: Path) -> None:
    """As `django-admin startproject` makes it, with the files of the page."""
    run(tmp_path, "-m", "django", "startproject", "shop", ".")
    write_files(PAGE.read_text(encoding="utf-8"), tmp_path)
    assert "Ran 1 test" in run(tmp_path, "manage.py", "test")
