"""What must not be shown: values of secret fields, and of keys that look secret."""

import re
from collections.abc import Iterable
from typing import Final, get_args, get_origin

from pydantic import Secret, SecretBytes, SecretStr

MASK: Final = "***"

_MARKS: Final = (
    "password|passwd|passphrase|pwd|secret|token|credential|"
    "apikey|accesskey|privatekey|accountkey|signingkey|encryptionkey|connectionstring"
)
_SECRET_KEY: Final = re.compile(_MARKS)
_SECRET_SECTION: Final = re.compile(rf"({_MARKS})s?$")
_DURATION: Final = re.compile(r"in(milliseconds|seconds|minutes|hours|days)$")
_INSIDE_TEXT: Final = (
    (re.compile(r"(://)\S*@"), rf"\1{MASK}@"),
    (re.compile(r"(?i)\b(password|pwd|secret)(\s*=\s*)[^;&\s]+"), rf"\1\2{MASK}"),
)
_WHOLE_WORDS_BELOW: Final = 4


def key_looks_secret(key: str) -> bool:
    """Tell whether values under a key are hidden; `TokenLifetimeInMinutes` is a mere duration."""
    folded = _folded(key)
    return bool(_SECRET_KEY.search(folded)) and not _DURATION.search(folded)


def section_looks_secret(section: str) -> bool:
    """Tell whether all of a section is hidden: `ConnectionStrings` is, `TokenCleanupJob` is not."""
    return any(_SECRET_SECTION.search(_folded(name)) for name in section.split(":"))


def annotation_is_secret(annotation: object) -> bool:
    """Tell whether a field holds a secret type, also inside a list, a dict or a union."""
    held = get_origin(annotation) or annotation
    if isinstance(held, type) and issubclass(held, SecretStr | SecretBytes | Secret):
        return True
    return any(map(annotation_is_secret, get_args(annotation)))


def redacted(text: str) -> str:
    """Hide the credentials inside a URL or a connection string."""
    for pattern, replacement in _INSIDE_TEXT:
        text = pattern.sub(replacement, text)
    return text


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Hide secrets that a validator has put into its message; very short ones as words only."""
    for secret in secrets:
        literal = re.escape(secret)
        word = literal if len(secret) >= _WHOLE_WORDS_BELOW else rf"(?<!\w){literal}(?!\w)"
        text = re.sub(word, MASK, text)
    return text


def _folded(key: str) -> str:
    return re.sub(r"[\W_]", "", key.casefold())
