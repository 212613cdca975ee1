"""What this process remembers by itself."""

import os
import socket
from collections.abc import Sequence
from datetime import datetime

from loopjobs import Host
from loopjobs.history._backlog import Backlog
from loopjobs.history._pages import page_of, page_start
from loopjobs.history._rows import stored_run
from loopjobs.history._views import SkippedSlots, StoredRun


def this_replica() -> str:
    """Name this process, which may have been forked since, so that a person finds it."""
    return f"{socket.gethostname()}:{os.getpid()}"


class RecentHistory:
    """A `RunHistory` of what this process remembers, without a store."""

    away_since: datetime | None = None

    def __init__(self, host: Host, backlog: Backlog) -> None:
        self._host = host
        self._backlog = backlog

    async def latest(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[StoredRun]:
        """Return the last runs of a job, newest first."""
        return page_of(self.runs(job), limit, page_start(limit, before))

    async def skipped(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[SkippedSlots]:
        """Return the slots of a job that passed without a run, newest first."""
        return page_of(self.skips(job), limit, page_start(limit, before))

    def runs(self, job: str) -> Sequence[StoredRun]:
        """Return all runs of a job that the host remembers."""
        handle = self._host.jobs.get(job)
        records = [] if handle is None else handle.history()
        return [stored_run(each, this_replica()) for each in records]

    def skips(self, job: str) -> Sequence[SkippedSlots]:
        """Return the skipped slots of a job that wait for a store; without one none do."""
        return self._backlog.waiting_skips(job)
