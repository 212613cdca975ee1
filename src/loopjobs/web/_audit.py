"""Who did what to which job: a line of the log each, and the last ones for the page."""

import logging
from collections import OrderedDict, defaultdict, deque
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, TypeAlias

from loopjobs import Clock
from loopjobs.web._views import ActionView

_log: Final = logging.getLogger("loopjobs.audit")

MOST_KEPT: Final = 50
"""So many a job are kept for the page of what was done, and of what was refused."""
REFUSALS: Final = frozenset({"forbidden", "refused", "too often"})
"""Results of what was not done. The page has the last of each kind: nobody can hide by repeating
them who has done something."""

_Kind: TypeAlias = tuple[str, str, str]


class Audit:
    """Writes down every action, those that were refused as well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._done: defaultdict[str, deque[ActionView]] = defaultdict(_empty)
        self._refused: defaultdict[str, OrderedDict[_Kind, ActionView]] = defaultdict(OrderedDict)

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
            self._keep(job, view)

    def of_job(self, job: str) -> Sequence[ActionView]:
        """Return what was done to a job, or refused, newest first."""
        refused = reversed(self._refused[job].values())
        views = [*refused, *self._done[job]]
        return sorted(views, key=attrgetter("at"), reverse=True)

    def _keep(self, job: str, view: ActionView) -> None:
        if view.result not in REFUSALS:
            self._done[job].appendleft(view)
            return
        refused = self._refused[job]
        kind = (view.who, view.action, view.result)
        refused[kind] = view
        refused.move_to_end(kind)
        if len(refused) > MOST_KEPT:
            refused.popitem(last=False)


def _empty() -> deque[ActionView]:
    return deque(maxlen=MOST_KEPT)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
