"""A loop that only notes what it would have done."""

from collections.abc import Callable
from typing import Final

from pydantic import create_model, field_validator

from loopjobs import (
    CancellationToken,
    Clock,
    Event,
    HostBuilder,
    LoopJobOptions,
    LoopStarted,
    LoopStopped,
    RunEnded,
    SlotsSkipped,
    StartedBy,
)
from loopjobs.side_by_side._entries import Entry, Kind, Side
from loopjobs.side_by_side._journal import Journal

SUFFIX: Final = "-shadow"


def add_shadow(
    builder: HostBuilder,
    job: str,
    options_type: type[LoopJobOptions],
    *,
    section_name: str | None = None,
    takes: Callable[[str], float] = lambda _: 0.0,
) -> None:
    """Add a shadow of a job: a loop with the same options that runs nothing.

    It is a job of its own, named like the other with `-shadow` behind it, so it claims other leases
    and has another ledger. It ticks whatever `StartedBy` says, and each of its runs holds its slot
    for as long as a real one takes, so that it skips what the loop would have skipped.

    Args:
        builder: Of the host that it runs in.
        job: The name of the job.
        options_type: Its options.
        section_name: Its section; by default the name of the job.
        takes: How many seconds a run of that job takes now: `OldRuns.seconds_of`.
    """

    async def shadow(ct: CancellationToken) -> None:
        await ct.sleep(takes(job))

    shadow.__doc__ = f"Only notes what the loop of {job} would have done."
    builder.add_loop_job(shadow, _unswitched(options_type), section_name or job, job + SUFFIX)


class ShadowRuns:
    """A listener of the host that keeps a journal of its shadows.

    Args:
        journal: Where to.
        clock: The host's.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    def __call__(self, event: Event) -> None:
        """Note one event, if it is about a shadow."""
        if event.job.endswith(SUFFIX) and (entry := self._read(event)) is not None:
            self._journal.append(entry)

    def _read(self, event: Event) -> Entry | None:
        job, now = event.job.removesuffix(SUFFIX), self._clock.now()
        match event:
            case LoopStarted():
                return Entry(Side.LOOP, Kind.BEGIN, job, now)
            case LoopStopped():
                return Entry(Side.LOOP, Kind.END, job, now)
            case SlotsSkipped():
                skipped = event.outcome.value
                return Entry(Side.LOOP, Kind.SKIP, job, now, skipped, count=event.count)
            case RunEnded(record=run):
                return Entry(
                    side=Side.LOOP,
                    kind=Kind.RUN,
                    job=job,
                    at=now,
                    what=run.outcome.value,
                    due_at=run.due_at,
                    started_at=run.started_at,
                    seconds=run.duration,
                )
            case _:
                return None


def _unswitched(options_type: type[LoopJobOptions]) -> type[LoopJobOptions]:
    """Derive options that always have slots, and are no other job's when they are injected."""

    def always_the_loop(_: StartedBy) -> StartedBy:
        return StartedBy.LOOP

    validators = {"always_the_loop": field_validator("started_by")(always_the_loop)}
    name = f"{options_type.__name__}OfShadow"
    return create_model(name, __base__=options_type, __validators__=validators)
