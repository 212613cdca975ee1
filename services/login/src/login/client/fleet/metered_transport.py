"""The way out of the fleet: bounded, counted and timed in one place."""

import asyncio
from http import HTTPStatus

import httpx

from login.client.fleet.tally import FleetTally
from loopjobs import Clock


class MeteredTransport(httpx.AsyncBaseTransport):
    """Lets so many requests out at a time, and takes note of each.

    The bound stands before the connection pool and not in it: httpx looks through all requests
    that wait in its pool at every turn, which thousands of PCs would feel.

    Args:
        inner: Carries the requests.
        tally: Takes note.
        clock: Times them; the wait at the bound is not the service's and not counted.
        at_once: The bound.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, tally: FleetTally, clock: Clock, at_once: int
    ) -> None:
        self._inner = inner
        self._tally = tally
        self._clock = clock
        self._turn = asyncio.Semaphore(at_once)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, at its turn."""
        async with self._turn:
            begun = self._clock.monotonic()
            try:
                response = await self._inner.handle_async_request(request)
            except httpx.TransportError:
                self._tally.errors += 1
                raise
            self._tally.add_latency(self._clock.monotonic() - begun)
        self._count(request, response)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    def _count(self, request: httpx.Request, response: httpx.Response) -> None:
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._tally.errors += 1
        elif request.method == "PUT":
            self._tally.keep_alives += 1
