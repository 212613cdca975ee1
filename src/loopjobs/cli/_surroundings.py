"""What commands find around them; tests put other things there."""

from dataclasses import dataclass, field

import httpx
import typer

from loopjobs import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The world outside the command."""

    clock: Clock = field(default_factory=SystemClock)
    transport: httpx.AsyncBaseTransport | None = None
    """How requests travel; `None` is over the network."""


def surroundings_of(context: typer.Context) -> Surroundings:
    """Return what this command finds around it."""
    return context.ensure_object(Surroundings)
