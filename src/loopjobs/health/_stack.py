"""Where another thread is."""

import sys
import traceback
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Stack:
    """The calls that a thread was in."""

    text: str
    """As in a traceback, innermost call last."""
    place: str
    """The innermost call: function, file, line."""


def stack_of(thread: int) -> Stack | None:
    """Return the stack of the thread with that identity; `None` if it has ended."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - there is no other way, and it is documented
    if frame is None:
        return None
    calls = traceback.extract_stack(frame)
    innermost = calls[-1]
    file = PurePath(innermost.filename).name
    return Stack(
        text="".join(calls.format()).rstrip(),
        place=f"{innermost.name} ({file}, line {innermost.lineno})",
    )
