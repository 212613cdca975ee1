"""What a store keeps of an error."""

from typing import Final

from loopjobs import redact

_LONGEST: Final = 500


def told(error: str) -> str:
    """Return the words without secrets, cut, and as any database takes them."""
    words = redact(error).replace("\x00", "\ufffd").encode(errors="replace").decode()
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
