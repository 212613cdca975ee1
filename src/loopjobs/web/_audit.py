"""Who did what to which job: a line of the log each, and the last ones for the page."""

import logging
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Final

from loopjobs import Clock
from loopjobs.web._views import ActionView

_log: Final = logging.getLogger("loopjobs.audit")

MOST_KEPT: Final = 50
"""So many a job are kept for the page."""


class Audit:
    """Writes down every action, those that were refused as well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: defaultdict[str, deque[ActionView]] = defaultdict(_empty)

    def note(self, who: str, action: str, result: str, *, job: str | None, address: str) -> None:
        """Note an action; `job` is one of the host, or `None` for a sign-in or a sign-out."""
        subject = "" if job is None else f" {job}"
        _log.info(
            "%s: %s%s from %s: %s",
            _one_line(who),
            action,
            _one_line(subject),
            _one_line(address),
            _one_line(result),
            extra={"who": who, "action": action, "job": job, "address": address, "result": result},
        )
        if job is not None:
            view = ActionView(at=self._clock.now(), who=who, action=action, result=result)
            self._kept[job].appendleft(view)

    def of_job(self, job: str) -> Sequence[ActionView]:
        """Return what was done to a job, newest first."""
        return tuple(self._kept[job]) if job in self._kept else ()


def _empty() -> deque[ActionView]:
    return deque(maxlen=MOST_KEPT)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
