"""The shop: orders what runs out, fetches prices, and counts the stock at night."""

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, current_run
from warehouse import Warehouse

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


def build() -> HostBuilder:
    """Register the jobs."""
    builder = HostBuilder()
    builder.add_loop_job(Restock, RestockOptions)
    builder.add_loop_job(FetchPrices, LoopJobOptions)
    builder.add_loop_job(CountStock, LoopJobOptions)
    return builder


if __name__ == "__main__":
    build().run()
