"""One measurement: a job or its peer runs once in a service that others ask for something."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Final

from filling.bulk import filling
from filling.on_disk import settle
from loopjobs import SystemClock
from servicekit.testing import Place
from serving.load import Load
from serving.paced import Pacer, pacing
from serving.process import Ran, Service, serving
from serving.services import ServicePlace
from sweeps.case import Case, Scene
from sweeps.row_by_row import CHANGED, RowByRowJob, add_row_by_row

_RESTING: Final = {"StartedBy": "Trigger"}


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    case: str
    engine: str
    rows: int
    is_peer: bool = False
    seconds_off: float = 0.0
    """For how long requests are measured without the job: half of it before the job runs and half
    after; not at all with 0."""
    warm_up: float = 1.5
    """Seconds of requests before anything is measured."""

    @property
    def step(self) -> tuple[str, str, int, bool]:
        """What tells its result from all others."""
        return self.case, self.engine, self.rows, self.is_peer


@dataclass(frozen=True)
class Felt:
    """What those felt who asked for something; milliseconds from when it was due."""

    what: str
    answers: dict[str, int]
    """HTTP status and how often it was answered; 0 where there was no answer."""
    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, what: str, load: Load) -> "Felt":
        """Return it in figures."""
        answers = {str(status): count for status, count in sorted(load.answers.items())}
        return cls(what, answers, *(load.quantile(share) for share in (0.5, 0.99, 1.0)))

    @property
    def count(self) -> int:
        """How many were answered, or not at all."""
        return sum(self.answers.values())

    @property
    def refused(self) -> dict[str, int]:
        """Those that were not answered with what they asked for, by status."""
        good = {HTTPStatus.OK, HTTPStatus.ACCEPTED}
        return {status: count for status, count in self.answers.items() if int(status) not in good}


@dataclass(frozen=True)
class Result:
    """What was measured; seconds and bytes."""

    case: str
    engine: str
    rows: int
    is_peer: bool = False
    seconds: float = 0.0
    changed: int = 0
    statements: int = 0
    longest_write: float = 0.0
    longest_read: float = 0.0
    longest_held: float = 0.0
    memory_before: int = 0
    memory_peak: int = 0
    off: list[Felt] = field(default_factory=list)
    """Without the job; empty where that was not measured."""
    on: list[Felt] = field(default_factory=list)
    password: float = 0.0
    """What half of the verifications of passwords took less of a processor than, during the run."""

    @property
    def step(self) -> tuple[str, str, int, bool]:
        """Which measurement it is."""
        return self.case, self.engine, self.rows, self.is_peer


@dataclass(frozen=True)
class Filled:
    """A database of so many rows, to be copied or used up."""

    case: Case
    place: Place
    url: str
    rows: int
    folder: Path

    def measure(self, plan: Plan, *, is_last: bool) -> Result:
        """Measure on a copy, or on the database itself if nobody needs it after that."""
        url = self.url if is_last else self.place.copy(self.url)
        settle(url)
        try:
            return asyncio.run(_measure(self.case, plan, ServicePlace(url, self.folder)))
        finally:
            if not is_last:
                self.place.drop(url)


@contextmanager
def filled(case: Case, place: Place, rows: int) -> Iterator[Filled]:
    """Fill a database for a case; it and its files are removed at the end."""
    with tempfile.TemporaryDirectory(prefix="sweeps-") as name:
        url, folder = place.create(), Path(name)
        try:
            asyncio.run(_fill(case, url, rows, folder))
            yield Filled(case, place, url, rows, folder)
        finally:
            place.drop(url)


async def _fill(case: Case, url: str, rows: int, folder: Path) -> None:
    async with filling(url, case.revisions) as database:
        await case.fill(Scene(database, rows, folder, SystemClock()))


async def _measure(case: Case, plan: Plan, place: ServicePlace) -> Result:
    jobs = dict.fromkeys(case.others, _RESTING) | {case.name: _RESTING | dict(case.job)}
    change = None
    if plan.is_peer:
        change = partial(add_row_by_row, case)
        jobs[RowByRowJob.__name__] = _RESTING
    with serving(case.order(place, jobs, change)) as service:
        ran, off, on = await _run(case, plan, service)
    counters = (CHANGED,) if plan.is_peer else case.counters
    return Result(
        plan.case,
        plan.engine,
        plan.rows,
        plan.is_peer,
        seconds=ran.seconds,
        changed=round(sum(ran.reported.get(each, 0) for each in counters)),
        statements=ran.meter.statements,
        longest_write=ran.meter.longest_write,
        longest_read=ran.meter.longest_read,
        longest_held=ran.meter.longest_held,
        memory_before=ran.meter.memory_before,
        memory_peak=ran.meter.memory_peak,
        off=[Felt.of(what, load) for what, load in off.items()],
        on=[Felt.of(what, load) for what, load in on.items()],
        password=median(ran.meter.passwords) if ran.meter.passwords else 0.0,
    )


async def _run(
    case: Case, plan: Plan, service: Service
) -> tuple[Ran, Mapping[str, Load], Mapping[str, Load]]:
    job = RowByRowJob.__name__ if plan.is_peer else case.name
    streams = case.requests(plan.rows, service.tokens)
    async with pacing(service.port, streams) as pacer:
        await SystemClock().sleep(plan.warm_up)
        before = await _without_job(plan, pacer)
        await pacer.begin()
        ran = await service.run(job)
        on = await pacer.end()
        after = await _without_job(plan, pacer)
        return ran, {what: load + after[what] for what, load in before.items()}, on


async def _without_job(plan: Plan, pacer: Pacer) -> Mapping[str, Load]:
    if not plan.seconds_off:
        return {}
    await pacer.begin()
    await SystemClock().sleep(plan.seconds_off / 2)
    return await pacer.end()
