"""The way out of the fleet: bounded, counted and timed in one place."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

import httpx

from login.client.fleet.tally import FleetTally
from loopjobs import Clock


class MeteredTransport(httpx.AsyncBaseTransport):
    """Sends each request over the next lane that is free, and takes note of it.

    One connection pool would not do: httpx's looks through all of its connections and all that
    wait for one at every turn, which makes the fleet wait for itself and not for the service.

    Args:
        lanes: Each carries one request at a time; as many of them are the bound of the fleet.
        tally: Takes note.
        clock: Times the requests; the wait for a lane is not the service's and not counted.
    """

    def __init__(
        self, lanes: Sequence[httpx.AsyncBaseTransport], tally: FleetTally, clock: Clock
    ) -> None:
        self._lanes = tuple(lanes)
        self._tally = tally
        self._clock = clock
        # Last in, first out: a few warm connections rather than all of them lukewarm.
        self._free: asyncio.LifoQueue[httpx.AsyncBaseTransport] = asyncio.LifoQueue()
        for lane in self._lanes:
            self._free.put_nowait(lane)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, at its turn."""
        lane = await self._free.get()
        try:
            begun = self._clock.monotonic()
            response = await lane.handle_async_request(request)
            await response.aread()
            self._tally.add_latency(self._clock.monotonic() - begun)
        except httpx.TransportError:
            self._tally.errors += 1
            raise
        finally:
            self._free.put_nowait(lane)
        self._count(request, response)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        for lane in self._lanes:
            await lane.aclose()

    def _count(self, request: httpx.Request, response: httpx.Response) -> None:
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._tally.errors += 1
        elif request.method == "PUT":
            self._tally.keep_alives += 1
