"""What people are shown of settings: short, on one line, with no secret in it."""

import difflib
import re
from collections.abc import Iterable
from enum import Enum
from typing import Final, get_args, get_origin

from pydantic import Secret, SecretBytes, SecretStr

from loopjobs._host.settings.tree import Leaf, Node
from loopjobs._words.redaction import MASK, SECRET_NAMES, redact

LONGEST_VALUE: Final = 80

_MARKS: Final = "|".join(name.replace("_", "") for name in SECRET_NAMES)
_SECRET_KEY: Final = re.compile(_MARKS)
_SECRET_SECTION: Final = re.compile(rf"({_MARKS})s?$")
_DURATION: Final = re.compile(r"in(milliseconds|seconds|minutes|hours|days)$")
_WHOLE_WORDS_BELOW: Final = 4
_DIGITS: Final = 6


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


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Hide secrets that a validator has put into its message; very short ones as words only."""
    for secret in secrets:
        literal = re.escape(secret)
        word = literal if len(secret) >= _WHOLE_WORDS_BELOW else rf"(?<!\w){literal}(?!\w)"
        text = re.sub(word, MASK, text)
    return text


def shown_value(value: object, *, secret: bool = False) -> str:
    """Show a value as its `repr`, cut to 80 characters; a secret as `***`."""
    if secret:
        return MASK
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value.value if isinstance(value, Enum) else value)
    return _cut(redact(text))


def plain_value(value: object, *, secret: bool = False) -> str:
    """Show a value that is in force: without quotes unless it would pass for something else."""
    value = value.value if isinstance(value, Enum) else value
    if isinstance(value, float) and not secret:
        return f"{value:.0f}" if value.is_integer() else f"{value:.{_DIGITS}g}"
    text = value if isinstance(value, str) else ""
    if secret or not text or not text.isprintable() or text != text.strip() or _reads_other(text):
        return shown_value(value, secret=secret)
    return _cut(redact(text))


def shown_node(node: Node, *, secret: bool = False) -> str:
    """Show a node of the settings; of an object only that it is one, for it may hold secrets."""
    if isinstance(node, Leaf):
        return shown_value(node.value, secret=secret)
    items = node.items() if node.is_list else None
    if items is None:
        return "an object"
    return _cut(f"[{', '.join(shown_node(item, secret=secret) for item in items)}]")


def one_line(text: str) -> str:
    """Escape a key or a message that would break the line or the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def nearest(wrong: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Find the known name that was most likely meant; `interval_in_seconds` is close enough."""
    folded = {_folded(name): name for name in known}
    found = difflib.get_close_matches(_folded(wrong), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def _reads_other(text: str) -> bool:
    return text.casefold() in {"null", "true", "false", MASK} or text[0] in "'\"[{+-.0123456789"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _folded(key: str) -> str:
    return re.sub(r"[\W_]", "", key.casefold())
