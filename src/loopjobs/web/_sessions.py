"""Sessions of people who have signed in; they live in this process and end with it."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from loopjobs import Clock
from loopjobs.web._visitors import Visitor

IDLE_SECONDS: Final = 30 * 60.0
"""A session that nobody uses ends after so long."""
LONGEST_SECONDS: Final = 8 * 3600.0
"""A session that is used ends after so long all the same."""
MOST_SESSIONS: Final = 1_000
"""Beyond that, the one not used for longest ends."""

_ID_BYTES: Final = 32


@dataclass(slots=True)
class _Session:
    visitor: Visitor
    began: float
    used: float


class Sessions:
    """Remembers who has signed in, by a random number of 256 bits.

    Only hashes of these are kept: whoever reads the memory of the process, or a dump of it, finds
    none that a browser could send.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()

    def begin(self, visitor: Visitor) -> str:
        """Begin a session; return its id."""
        session_id = secrets.token_urlsafe(_ID_BYTES)
        now = self._clock.monotonic()
        self._sessions[_key(session_id)] = _Session(visitor, now, now)
        if len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session_id

    def use(self, session_id: str) -> Visitor | None:
        """Return whose session that is, and count it as used; `None` if there is none."""
        visitor = self.peek(session_id)
        if visitor is not None:
            key = _key(session_id)
            self._sessions[key].used = self._clock.monotonic()
            self._sessions.move_to_end(key)
        return visitor

    def peek(self, session_id: str) -> Visitor | None:
        """Return whose session that is, without using it."""
        key, now = _key(session_id), self._clock.monotonic()
        session = self._sessions.get(key)
        if session is None:
            return None
        if now - session.used >= IDLE_SECONDS or now - session.began >= LONGEST_SECONDS:
            del self._sessions[key]
            return None
        return session.visitor

    def end(self, session_id: str) -> None:
        """End a session, if there is one."""
        self._sessions.pop(_key(session_id), None)


def _key(session_id: str) -> bytes:
    return sha256(session_id.encode(errors="replace")).digest()
