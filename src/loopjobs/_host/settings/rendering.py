"""How values and keys are shown to people: short, on one line, in the words of a settings file."""

from enum import Enum
from typing import Final

from loopjobs._host.settings.secrecy import MASK, redacted
from loopjobs._host.settings.tree import Array, Leaf, Node

LONGEST_VALUE: Final = 80


def shown_value(value: object, *, secret: bool = False) -> str:
    """Show a value as its `repr`, cut to 80 characters; a secret as `***`."""
    if secret:
        return MASK
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Enum):
        value = value.value
    return _cut(redacted(repr(value)))


def shown_node(node: Node, *, secret: bool = False) -> str:
    """Show a node of the settings; of an object only that it is one, for it may hold secrets."""
    match node:
        case Leaf(value=value):
            return shown_value(value, secret=secret)
        case Array(items=items):
            return _cut(f"[{', '.join(shown_node(item, secret=secret) for item in items)}]")
        case _:
            return "an object"


def one_line(text: str) -> str:
    """Escape a key or a message that would break the line or the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
