"""Finds the Chromium that the tests look at the page with."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "LOOPJOBS_TEST_BROWSER"
# The first has no windows to think of: it takes half the time of the others.
_NAMES: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)

ADVICE: Final = f"""\
The tests of the page need a Chromium, and there is none. Do one of these:
  - install one that is then found on PATH, such as: apt-get install chromium
  - let Playwright bring its own: .venv/bin/playwright install --only-shell chromium
  - name one: {VARIABLE}=/path/to/chrome make test"""


def find_chromium() -> Path | None:
    """Return the Chromium that the variable names, or else one on PATH.

    Raises:
        FileNotFoundError: the variable names a file that is not there.
    """
    if named := os.environ.get(VARIABLE):
        if not Path(named).is_file():
            raise FileNotFoundError(f"{VARIABLE} is {named}, and there is no such file")
        return Path(named)
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return None if found is None else Path(found)


if __name__ == "__main__":
    sys.exit(0 if find_chromium() else 1)
