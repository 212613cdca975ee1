"""Tables without lines: they can be read, cut and searched."""

from rich.table import Table


def plain_table(*columns: str) -> Table:
    """Return an empty table with these columns; what does not fit is folded, never cut."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
