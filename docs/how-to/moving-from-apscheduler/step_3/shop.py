"""The shop: orders what runs out, fetches prices, and counts the stock at night."""

import asyncio

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from loopjobs import (
    CancellationToken,
    Clock,
    Host,
    HostBuilder,
    LoopJobOptions,
    SystemClock,
    current_run,
)
from loopjobs.side_by_side import (
    Answer,
    FileJournal,
    Handover,
    Journal,
    OldRuns,
    ShadowRuns,
    add_shadow,
)
from warehouse import Warehouse

BERLIN = "Europe/Berlin"
NAMES = {"restock": "Restock", "prices": "FetchPrices", "stock": "CountStock"}

warehouse = Warehouse()


class RestockOptions(LoopJobOptions):
    """What Restock can be told."""

    place: str


class Restock:
    """Order what is nearly sold out."""

    def __init__(self, options: RestockOptions) -> None:
        self._options = options

    async def execute(self, ct: CancellationToken) -> None:
        """Do so once."""
        ordered = await warehouse.order_what_runs_out(self._options.place)
        current_run().report(ordered=ordered)


class App:
    """What functions find that APScheduler looks up by their names."""

    handover: Handover


app = App()


async def restock() -> Answer:
    """Have the host run it, unless its loop does."""
    return await app.handover.run("Restock")


async def fetch_prices() -> None:
    """Ask the suppliers for their prices."""
    await warehouse.fetch_prices()


async def count_stock() -> None:
    """Count what is on the shelves."""
    await warehouse.count_stock()


def add_jobs(scheduler: AsyncIOScheduler) -> None:
    """Say what is done, and when."""
    add = scheduler.add_job
    add(restock, "interval", minutes=10, id="restock", replace_existing=True)
    add(fetch_prices, "interval", seconds=30, max_instances=3, id="prices", replace_existing=True)
    add(count_stock, "cron", hour=2, minute=30, timezone=BERLIN, id="stock", replace_existing=True)


def build(old: OldRuns, journal: Journal, clock: Clock) -> Host:
    """Build a host that runs one job, and notes what it would have done with the others."""
    builder = HostBuilder(clock=clock).add_listener(ShadowRuns(journal, clock))
    builder.add_loop_job(Restock, RestockOptions)
    add_shadow(builder, "FetchPrices", LoopJobOptions, takes=old.seconds_of)
    add_shadow(builder, "CountStock", LoopJobOptions, takes=old.seconds_of)
    return builder.build()


async def serve(scheduler: AsyncIOScheduler, journal: Journal, clock: Clock) -> None:
    """Let the jobs run until the process ends."""
    old = OldRuns(journal, clock, jobs=NAMES)
    old.listen_to(scheduler)
    add_jobs(scheduler)
    async with build(old, journal, clock) as host:
        app.handover = Handover(host)
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown()


async def main() -> None:
    """Be the process."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_jobstore(SQLAlchemyJobStore(url="sqlite:///jobs.sqlite"))
    await serve(scheduler, FileJournal("side-by-side.jsonl"), SystemClock())


if __name__ == "__main__":
    asyncio.run(main())
