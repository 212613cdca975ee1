"""Did you mean."""

import difflib
import re
from collections.abc import Iterable


def nearest(wrong: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Find the known name that was most likely meant; `interval_in_seconds` is close enough."""
    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(_folded(name), name)
    found = difflib.get_close_matches(_folded(wrong), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
