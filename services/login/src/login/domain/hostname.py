"""Names of hosts."""

import re
from typing import Final

LONGEST_HOSTNAME: Final = 253

_LABEL: Final = r"(?!-)[\w-]{1,63}(?<!-)"
_HOSTNAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


class HostnameError(ValueError):
    """The text is no name of a host; the message says why and never repeats the text."""


def check_hostname(text: str) -> str:
    """Return the name if a host can have it.

    More is allowed than in DNS, for what machines call themselves is not up to us: underscores,
    and letters of all scripts. Blanks, control characters and markup are not.

    Raises:
        HostnameError: it is none.
    """
    if len(text) > LONGEST_HOSTNAME or _HOSTNAME.fullmatch(text) is None:
        raise HostnameError(
            f"a host name has at most {LONGEST_HOSTNAME} characters: letters, digits, '-' and "
            "'_', in labels of at most 63 characters that are separated by dots; no label begins "
            "or ends with '-'"
        )
    return text
