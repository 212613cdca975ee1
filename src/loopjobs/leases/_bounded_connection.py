"""A connection of psycopg's on which no call waits for ever."""

from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

from loopjobs import Clock

T = TypeVar("T")

_LOOK_EVERY = 0.1


class BoundedConnection(psycopg.Connection[TupleRow]):
    """Gives up on a server that is silent: frozen, say, or behind a network that drops packets.

    The time-outs of the server itself are of no use then; nor are those of TCP, as long as the
    kernel over there goes on to acknowledge. A connection that was given up on is to be closed.
    """

    clock: Clock
    seconds: float
    """How long one call may take."""

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


def _until(gen: PQGen[T], deadline: float, clock: Clock) -> PQGen[T]:
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
