"""What benchmarks show to those who wait for them."""

from collections.abc import Collection, Iterable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table


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


def table_of(
    title: str, columns: Iterable[str], rows: Iterable[Sequence[str]], words: Collection[str]
) -> Table:
    """Return a table.

    Args:
        title: What is above it.
        columns: Their names.
        rows: Their cells.
        words: The columns that have words in them and no numbers.
    """
    table = Table(title=title)
    for name in columns:
        table.add_column(name, justify="left" if name in words else "right")
    for row in rows:
        table.add_row(*row)
    return table
