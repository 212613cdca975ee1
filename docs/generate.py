#!/usr/bin/env python3
"""Writes the pages of docs/reference that say what the code says: `make docs`."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from reference_pages.api import api
from reference_pages.command import command
from reference_pages.errors import errors
from reference_pages.metrics import metrics
from reference_pages.options import options
from reference_pages.outcomes import outcomes

REFERENCE: Final = Path(__file__).parent / "reference"
NOTE: Final = "<!-- Written by docs/generate.py out of the code: change that, then `make docs`. -->"


def pages() -> Mapping[str, str]:
    """Return the text of every generated page by its file name."""
    return {
        "api.md": _page(api()),
        "options.md": _page(options()),
        "errors.md": _page(errors()),
        "outcomes.md": _page(outcomes()),
        "metrics.md": _page(metrics()),
        "command.md": _page(command()),
    }


def _page(lines: Iterator[str]) -> str:
    return "\n".join([NOTE, "", *lines, ""])


def main() -> int:
    """Write every page that has changed."""
    for name, text in pages().items():
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
