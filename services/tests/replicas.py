"""Two replicas of a service on one database, as its tables show them."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from servicekit.database import Database
from servicekit.faults import StoreUnavailableError
from servicekit.testing import RunningCommand

from .victims import Victim

_RUNS: Final = text(
    "SELECT replica, outcome, error, reported, fencing_token FROM loopjobs_runs"
    " WHERE job = :job ORDER BY fencing_token"
)
_HOLDER: Final = text("SELECT holder FROM loopjobs_leases WHERE job = :job")


@dataclass(frozen=True, slots=True)
class Run:
    """A run, out of the history that both share."""

    pid: int
    outcome: str
    is_lost: bool
    """Whether it failed because its lease was lost."""
    marked: int
    """PCs that a sweep declared offline."""
    token: int | None


@dataclass(frozen=True, slots=True)
class Replicas:
    """Both of them."""

    database: Database
    commands: Sequence[RunningCommand]

    async def runs(self, job: str) -> Sequence[Run]:
        """Return the runs of a job in the order in which their slots were claimed."""
        async with self.database.reading() as session:
            rows = (await session.execute(_RUNS, {"job": job})).all()
        return [
            Run(
                pid=int(row.replica.rpartition(":")[2]),
                outcome=row.outcome,
                is_lost="LeaseLostError" in (row.error or ""),
                marked=_marked(row.reported),
                token=row.fencing_token,
            )
            for row in rows
        ]

    async def holder(self, job: str) -> RunningCommand | None:
        """Return which of them has the lease of a job at this moment."""
        async with self.database.reading() as session:
            holder = await session.scalar(_HOLDER, {"job": job})
        pid = None if holder is None else int(holder.split(":")[1])
        return next((each for each in self.commands if each.pid == pid), None)

    def other(self, command: RunningCommand) -> RunningCommand:
        """Return the other one."""
        (other,) = (each for each in self.commands if each is not command)
        return other


@contextmanager
def two_of(victim: Victim) -> Iterator[Replicas]:
    """Start a service twice; both are killed at the end."""
    with victim.running_twice() as commands:
        yield Replicas(victim.database, commands)


def has_run(
    replicas: Replicas, job: str, count: int, is_one: Callable[[Run], bool] = lambda _: True
) -> Callable[[], Awaitable[bool]]:
    """Return whether there have been so many runs of that kind; at first there is no table."""

    async def is_so() -> bool:
        try:
            return sum(map(is_one, await replicas.runs(job))) >= count
        except (ProgrammingError, StoreUnavailableError):
            return False

    return is_so


def of(command: RunningCommand) -> Callable[[Run], bool]:
    """Return whether a run was one of that replica."""
    return lambda run: run.pid == command.pid


def _marked(reported: Mapping[str, int] | str | None) -> int:
    values = json.loads(reported) if isinstance(reported, str) else reported
    return int((values or {}).get("marked", 0))
