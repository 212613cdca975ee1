"""The shop: orders what runs out, fetches prices, and counts the stock at night."""

import asyncio

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from loopjobs import Clock, Host, HostBuilder, LoopJobOptions, SystemClock
from loopjobs.side_by_side import FileJournal, Journal, OldRuns, ShadowRuns, add_shadow
from warehouse import Warehouse

BERLIN = "Europe/Berlin"
NAMES = {"restock": "Restock", "prices": "FetchPrices", "stock": "CountStock"}

warehouse = Warehouse()


class RestockOptions(LoopJobOptions):
    """What Restock can be told."""

    place: str


async def restock(place: str) -> None:
    """Order what is nearly sold out."""
    await warehouse.order_what_runs_out(place)


async def fetch_prices() -> None:
    """Ask the suppliers for their prices."""
    await warehouse.fetch_prices()


async def count_stock() -> None:
    """Count what is on the shelves."""
    await warehouse.count_stock()


def add_jobs(scheduler: AsyncIOScheduler) -> None:
    """Say what is done, and when."""
    add = scheduler.add_job
    add(restock, "interval", minutes=10, args=["north"], id="restock", replace_existing=True)
    add(fetch_prices, "interval", seconds=30, max_instances=3, id="prices", replace_existing=True)
    add(count_stock, "cron", hour=2, minute=30, timezone=BERLIN, id="stock", replace_existing=True)


def build(old: OldRuns, journal: Journal, clock: Clock) -> Host:
    """Build a host whose loops only note what they would have done."""
    builder = HostBuilder(clock=clock).add_listener(ShadowRuns(journal, clock))
    add_shadow(builder, "Restock", RestockOptions, takes=old.seconds_of)
    add_shadow(builder, "FetchPrices", LoopJobOptions, takes=old.seconds_of)
    add_shadow(builder, "CountStock", LoopJobOptions, takes=old.seconds_of)
    return builder.build()


async def serve(scheduler: AsyncIOScheduler, journal: Journal, clock: Clock) -> None:
    """Let the jobs run until the process ends."""
    old = OldRuns(journal, clock, jobs=NAMES)
    old.listen_to(scheduler)
    add_jobs(scheduler)
    async with build(old, journal, clock):
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
