"""A job in detail, for somebody."""

from loopjobs import Host, JobHandle
from loopjobs.web._audit import Audit
from loopjobs.web._past import Past, RunsView
from loopjobs.web._rows import detail_of
from loopjobs.web._views import JobView
from loopjobs.web._visitors import Visitor

RUNS_SHOWN = 50


class Details:
    """Puts together what is known about a job. Operators see tracebacks, if anybody does."""

    def __init__(self, host: Host, past: Past, audit: Audit, *, show_tracebacks: bool) -> None:
        self._host = host
        self._past = past
        self._audit = audit
        self._show_tracebacks = show_tracebacks

    async def read(self, job: JobHandle, visitor: Visitor) -> JobView:
        """Return a job as it is at this moment."""
        past = await self.runs(job, visitor, RUNS_SHOWN, None)
        return detail_of(
            job,
            self._host.settings.get(job.section, ()),
            past.runs,
            await self._past.skipped(job),
            self._audit.of_job(job.name),
            with_traceback=self.may_see_tracebacks(visitor),
        )

    async def runs(
        self, job: JobHandle, visitor: Visitor, limit: int, before: str | None
    ) -> RunsView:
        """Return the last runs before a cursor.

        Raises:
            RefusalError: 400; the cursor is none of ours.
        """
        with_traceback = self.may_see_tracebacks(visitor)
        return await self._past.runs(job, limit, before, with_traceback=with_traceback)

    def may_see_tracebacks(self, visitor: Visitor) -> bool:
        """Tell whether somebody may see tracebacks."""
        return self._show_tracebacks and visitor.may_operate
