"""Cursors: where a list goes on, in a form that clients have no reason to take apart."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode


def to_cursor(after: int) -> str:
    """Return the cursor of the page after that id."""
    return urlsafe_b64encode(str(after).encode()).decode()


def from_cursor(cursor: str) -> int:
    """Return the id that a cursor goes on after.

    Raises:
        ValueError: no page of ours had this cursor.
    """
    try:
        after = urlsafe_b64decode(cursor).decode("ascii")
    except (binascii.Error, ValueError):
        after = ""
    if not after.isdecimal() or int(after) >= 2**63:
        raise ValueError("not a cursor that this list has given")
    return int(after)
