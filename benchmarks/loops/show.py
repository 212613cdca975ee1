"""Tables and results as a terminal shows them."""

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from loops.cells import MS, US
from loops.results import Result
from loops.tables import Table


def line_of(result: Result) -> str:
    """Say one result, for those who wait for the others."""
    begin = f"{result.case} {result.system}: "
    if result.failure is not None:
        return f"{begin}{result.failure}"
    return begin + ", ".join(_told(name, value) for name, value in result.figures.items())


def shown(table: Table) -> RenderableType:
    """Return a table with its notes."""
    drawn = RichTable(title=table.title, box=box.SIMPLE_HEAVY)
    for number, column in enumerate(table.columns):
        drawn.add_column(column, justify="right" if number else "left")
    for name, *cells in table.rows:
        drawn.add_row(name.replace("*", "").replace("`", ""), *cells)
    return Group(drawn, *(Text(note) for note in table.notes))


def _told(name: str, value: float) -> str:
    if name == "cpu_per_tick_s":
        return f"{value * US:.1f} µs a tick"
    if name.endswith("_s"):
        return f"{name[:-2]} {value * MS:,.1f} ms"
    return f"{name} {value:,.3g}"
