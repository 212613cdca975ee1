"""A connection of psycopg's on which no call waits for ever."""

from collections.abc import Generator
from typing import ClassVar, Self, TypeVar

import psycopg
from psycopg.abc import PQGen, PQGenConn
from psycopg.rows import TupleRow

from loopjobs import Clock

T = TypeVar("T")
WantedT = TypeVar("WantedT")

_LOOK_EVERY = 0.1


class BoundedConnection(psycopg.Connection[TupleRow]):
    """Gives up on a server that is silent: frozen, say, or behind a network that drops packets.

    The time-outs of the server itself are of no use then; nor are those of TCP, as long as the
    kernel over there goes on to acknowledge. A connection that was given up on is to be closed.
    """

    clock: ClassVar[Clock]
    seconds: ClassVar[float]
    """How long one call may take, that of connecting to one address among them."""

    @classmethod
    def of(cls, clock: Clock, seconds: float) -> type[Self]:
        """Return the class of connections that wait for so long."""
        return type(cls.__name__, (cls,), {"clock": clock, "seconds": seconds})

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> PQGenConn[Self]:
        # Not `connect_timeout`, of which libpq and the driver make two seconds at least.
        deadline = cls.clock.monotonic() + cls.seconds
        gen = _until(super()._connect_gen(conninfo), deadline, cls.clock)
        try:
            return (yield from gen)
        except TimeoutError:
            raise psycopg.errors.ConnectionTimeout("no connection in time") from None

    def wait(
        self,
        gen: PQGen[T],
        interval: float = _LOOK_EVERY,
        timeout: float | None = None,  # noqa: ARG002 - our own bound is for all calls
    ) -> T:
        """Go on with a call step by step, for as long as there is time.

        Raises:
            TimeoutError: there is none left.
        """
        deadline = self.clock.monotonic() + self.seconds
        return super().wait(_until(gen, deadline, self.clock), interval)


def _until(
    gen: Generator[WantedT, int, T], deadline: float, clock: Clock
) -> Generator[WantedT, int, T]:
    """Go on with a call until the deadline."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and clock.monotonic() >= deadline:
                raise TimeoutError
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        gen.close()
