"""The shop: orders what runs out, fetches prices, and counts the stock at night."""

import asyncio

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from warehouse import Warehouse

BERLIN = "Europe/Berlin"

warehouse = Warehouse()


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


async def serve(scheduler: AsyncIOScheduler) -> None:
    """Let the jobs run until the process ends."""
    add_jobs(scheduler)
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown()


async def main() -> None:
    """Be the process."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_jobstore(SQLAlchemyJobStore(url="sqlite:///jobs.sqlite"))
    await serve(scheduler)


if __name__ == "__main__":
    asyncio.run(main())
