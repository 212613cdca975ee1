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
from loopjobs.side_by_side import Answer, Handover
from warehouse import Warehouse

BERLIN = "Europe/Berlin"

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


class FetchPrices:
    """Ask the suppliers for their prices."""

    async def execute(self, ct: CancellationToken) -> None:
        """Do so once."""
        await warehouse.fetch_prices()


class CountStock:
    """Count what is on the shelves."""

    async def execute(self, ct: CancellationToken) -> None:
        """Do so once."""
        current_run().report(counted=await warehouse.count_stock())


class App:
    """What functions find that APScheduler looks up by their names."""

    handover: Handover


app = App()


async def restock() -> Answer:
    """Have the host run it, unless its loop does."""
    return await app.handover.run("Restock")


async def fetch_prices() -> Answer:
    """Have the host run it, unless its loop does."""
    return await app.handover.run("FetchPrices")


async def count_stock() -> Answer:
    """Have the host run it, unless its loop does."""
    return await app.handover.run("CountStock")


def add_jobs(scheduler: AsyncIOScheduler) -> None:
    """Say what is done, and when."""
    add = scheduler.add_job
    add(restock, "interval", minutes=10, id="restock", replace_existing=True)
    add(fetch_prices, "interval", seconds=30, id="prices", replace_existing=True)
    add(count_stock, "cron", hour=2, minute=30, timezone=BERLIN, id="stock", replace_existing=True)


def build(clock: Clock) -> Host:
    """Build the host that runs the jobs."""
    builder = HostBuilder(clock=clock)
    builder.add_loop_job(Restock, RestockOptions)
    builder.add_loop_job(FetchPrices, LoopJobOptions)
    builder.add_loop_job(CountStock, LoopJobOptions)
    return builder.build()


async def serve(scheduler: AsyncIOScheduler, clock: Clock) -> None:
    """Let the jobs run until the process ends."""
    add_jobs(scheduler)
    async with build(clock) as host:
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
    await serve(scheduler, SystemClock())


if __name__ == "__main__":
    asyncio.run(main())
