"""`login demo`: the service and a small fleet, to look at."""

from typing import Annotated

import typer

_DEFAULT_PORT = 8080


def demo(
    duration: Annotated[
        float | None, typer.Option(min=0.1, metavar="S", help="Seconds; until Ctrl-C without it.")
    ] = None,
    pcs: Annotated[int, typer.Option(min=1, max=999, help="How many PCs.")] = 12,
    port: Annotated[
        int, typer.Option(min=1, max=65_535, help="A free one is taken when this one is not.")
    ] = _DEFAULT_PORT,
    seed: Annotated[int, typer.Option(help="The same seed gives the same story.")] = 1,
) -> None:
    """Show the service at work: PCs come, go and fall silent, and the job notices.

    Everything is real and on this machine only: the service on a fresh SQLite database, HTTP, and
    a small simulated fleet.
    """
    # Here, so that an agent on a small PC does not load the whole service.
    from loopjobs_demo.play import play  # noqa: PLC0415

    play(duration, pcs, port, seed)
