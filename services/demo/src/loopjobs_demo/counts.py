"""What the jobs count, in words."""

from collections.abc import Mapping
from typing import Final

_DEEDS: Final = {"TokenCleanupJob": "deleted ", "BulkJobCleanup": "deleted "}
_WORDS: Final = {
    "PcKeepAliveJob": {"marked": "PC* declared offline"},
    "PcDeleteJob": {"retired": "PC* retired", "purged": "PC* purged"},
    "TokenCleanupJob": {"sessions": "session*", "refresh": "refresh token*"},
    "BulkJobWorker": {"claimed": "list* claimed", "ok": "row* done", "failed": "row* failed"},
    "BulkJobCleanup": {"jobs": "list*", "items": "row*", "files": "file*"},
}
_UNTOLD: Final = frozenset({"batches", "delete_lag", "online", "stale"})
"""How a job went about it is no news, and neither is how things are."""


def in_words(job: str, counts: Mapping[str, float]) -> str:
    """Return what a job has counted, without zeros; nothing if there is no news in it."""
    words = _WORDS.get(job, {})
    known = {name: counts[name] for name in words if name in counts}
    parts = [
        _phrase(words.get(name, name.replace("_", " ")), round(number))
        for name, number in {**known, **counts}.items()
        if number and name not in _UNTOLD
    ]
    return _DEEDS.get(job, "") + ", ".join(parts) if parts else ""


def _phrase(words: str, number: int) -> str:
    return f"{number:,} {words.replace('*', '' if number == 1 else 's')}"
