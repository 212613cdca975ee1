"""Results as a terminal shows them."""

from loops.cells import MS, US
from loops.results import Result


def line_of(result: Result) -> str:
    """Say one result, for those who wait for the others."""
    begin = f"{result.case} {result.system}: "
    if result.failure is not None:
        return f"{begin}{result.failure}"
    return begin + ", ".join(_told(name, value) for name, value in result.figures.items())


def _told(name: str, value: float) -> str:
    if name == "cpu_per_tick_s":
        return f"{value * US:.1f} µs a tick"
    if name.endswith("_s"):
        return f"{name[:-2]} {value * MS:,.1f} ms"
    return f"{name} {value:,.3g}"
