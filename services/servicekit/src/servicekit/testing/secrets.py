"""Recognizes secrets in what a service says."""

import re
from collections.abc import Iterator
from typing import Final

_BASE64: Final = "[A-Za-z0-9_-]"
_SECRETS: Final = {
    # What is shorter is what tests make up; the services issue 32 random bytes.
    "opaque token": re.compile(rf"\bl[a-z]{{2}}_{_BASE64}{{43}}"),
    "access token": re.compile(rf"\beyJ{_BASE64}+\.eyJ{_BASE64}+\.{_BASE64}{{20,}}"),
    "password hash": re.compile(r"\$argon2"),
    "private key": re.compile("PRIVATE KEY-----"),
}


def secrets_in(text: str) -> Iterator[str]:
    """Name the kinds of secrets that are in a text; never the secrets themselves."""
    return (kind for kind, pattern in _SECRETS.items() if pattern.search(text))
