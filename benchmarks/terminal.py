"""What benchmarks show to those who wait for them."""

from rich import box
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text

from performance_page import Table


def terminal(width: int) -> Console:
    """Return where to print.

    Args:
        width: Of the tables where no terminal says how wide it is.
    """
    console = Console()
    if not console.is_terminal:
        console.width = width
    return console


def progress_on(console: Console) -> Progress:
    """Return how far a benchmark has come, of so many measurements."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def shown(table: Table) -> RenderableType:
    """Return a table with its notes."""
    drawn = RichTable(title=table.title, box=box.SIMPLE_HEAVY)
    for number, column in enumerate(table.columns):
        drawn.add_column(column, justify="right" if number else "left")
    for name, *cells in table.rows:
        drawn.add_row(name.replace("*", "").replace("`", ""), *cells)
    return Group(drawn, *(Text(note) for note in table.notes))
