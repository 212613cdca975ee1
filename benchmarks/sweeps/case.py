"""What a case of the benchmark says: rows, a job, and those who ask for something meanwhile."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from filling.bulk import Expressions
from loopjobs import Clock, HostBuilder
from servicekit.database import Database, Revisions
from serving.paced import Stream
from serving.process import Order
from serving.services import ServicePlace, Settings


@dataclass(frozen=True)
class Scene:
    """What is to be filled."""

    database: Database
    rows: int
    folder: Path
    """For files."""
    clock: Clock

    @property
    def expressions(self) -> Expressions:
        """What the database makes of numbers, to fill tables with."""
        return Expressions(self.database.is_sqlite, self.clock.now())


OrderOf: TypeAlias = Callable[[ServicePlace, Settings, Callable[[HostBuilder], None] | None], Order]


@dataclass(frozen=True)
class Case:
    """One job at scale. A new one is a file of its own and a line in `catalogue.CASES`."""

    name: str
    """Of the job, and of its section."""
    full_rows: int
    """The scale of the specification."""
    revisions: Revisions
    """Of the service whose job it is."""
    fill: Callable[[Scene], Awaitable[None]]
    """Writes the rows, some of which the job is about."""
    order: OrderOf
    """Orders the service."""
    job: Mapping[str, object]
    """What the settings say about the job, beside what they say by themselves."""
    counters: tuple[str, ...]
    """Of those that the job reports: how many rows it changed."""
    others: tuple[str, ...]
    """The other jobs of the service, which rest."""
    requests: Callable[[int, tuple[str, ...]], Sequence[Stream]]
    """What is asked of the service meanwhile; gets the rows, and access tokens."""
    peer: Callable[[Database, Clock], Awaitable[int]]
    """Does the same row by row; returns how many rows it changed."""
