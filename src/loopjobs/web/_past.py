"""The runs of a job, newest first, page by page; and when nothing ran."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from loopjobs import JobHandle, Outcome
from loopjobs.history import RunHistory
from loopjobs.web._refusal import RefusalError
from loopjobs.web._runs import run_view
from loopjobs.web._views import RunView, SkippedView

STRETCHES_SHOWN: Final = 10
_STRETCHES_LOOKED_AT: Final = 100


@dataclass(frozen=True, slots=True)
class RunsView:
    """Some runs of a job, newest first."""

    runs: Sequence[RunView]
    next: str | None
    """Give it as `before` to get the runs before these; `None` if there are none."""


class Past:
    """Asks the store of runs if there is one, else what this process remembers.

    Args:
        history: The store.
        replica: Names this process, as the store would call it.
    """

    def __init__(self, history: RunHistory | None, replica: Callable[[], str]) -> None:
        self._history = history
        self._replica = replica

    async def runs(
        self, job: JobHandle, limit: int, before: str | None, *, with_traceback: bool
    ) -> RunsView:
        """Return the last runs before a cursor.

        Raises:
            RefusalError: 400; the cursor is none of ours.
        """
        try:
            # One more, to know whether there are more.
            found = await self._latest(job, limit + 1, before, with_traceback=with_traceback)
        except ValueError:
            detail = "The parameter before is no cursor of this list; leave it out to begin anew."
            raise RefusalError(HTTPStatus.BAD_REQUEST, detail) from None
        runs = found[:limit]
        last = runs[-1][1] if runs and len(found) > limit else None
        return RunsView([view for view, _ in runs], last)

    async def skipped(self, job: JobHandle) -> list[SkippedView]:
        """Return the last stretches of slots that had no run; none if there is no store.

        Slots that another replica had are left out: they had a run.
        """
        if self._history is None:
            return []
        stretches = await self._history.skipped(job.name, limit=_STRETCHES_LOOKED_AT)
        views = [
            SkippedView(
                outcome=each.outcome.value,
                count=each.count,
                first_at=each.first_at,
                last_at=each.last_at,
                replica=each.replica,
            )
            for each in stretches
            if each.outcome is not Outcome.SKIPPED_ELSEWHERE
        ]
        return views[:STRETCHES_SHOWN]

    async def _latest(
        self, job: JobHandle, limit: int, before: str | None, *, with_traceback: bool
    ) -> list[tuple[RunView, str]]:
        if self._history is None:
            return self._remembered(job, limit, before, with_traceback=with_traceback)
        return [
            (
                run_view(run.record, with_traceback=with_traceback, replica=run.replica),
                run.cursor,
            )
            for run in await self._history.latest(job.name, limit=limit, before=before)
        ]

    def _remembered(
        self, job: JobHandle, limit: int, before: str | None, *, with_traceback: bool
    ) -> list[tuple[RunView, str]]:
        records = job.history()
        ids = [record.run_id for record in records]
        start = 0 if before is None else ids.index(before) + 1
        return [
            (
                run_view(record, with_traceback=with_traceback, replica=self._replica()),
                record.run_id,
            )
            for record in records[start : start + limit]
        ]
