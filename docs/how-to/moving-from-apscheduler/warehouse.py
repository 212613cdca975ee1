"""What the jobs of the shop are about; it stands in for a database and for suppliers."""


class Warehouse:
    """Knows what is nearly sold out, and what things cost."""

    def __init__(self) -> None:
        self.orders: list[str] = []
        self.prices_fetched = 0
        self.counts = 0

    async def order_what_runs_out(self, place: str) -> int:
        """Order at the suppliers; return how many things."""
        self.orders.append(place)
        return 3

    async def fetch_prices(self) -> None:
        """Ask the suppliers for their prices, which can take a while."""
        self.prices_fetched += 1

    async def count_stock(self) -> int:
        """Count what is on the shelves; return how many things."""
        self.counts += 1
        return 1_204
