"""Whole numbers in text."""

import re
from typing import Final

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")


def whole_number(text: str) -> int | None:
    """Return the number that a text is; `None` if it is none, or larger than a database has."""
    return int(text) if _WHOLE.fullmatch(text.strip()) else None
