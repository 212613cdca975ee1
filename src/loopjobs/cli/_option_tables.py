"""Options as they were bound, in a table."""

from collections.abc import Iterable
from typing import Protocol

from rich.table import Table
from rich.text import Text

from loopjobs.cli._tables import plain_table
from loopjobs.cli._text import safe


class Shown(Protocol):
    """An option fit to be shown, of this process or of a service."""

    @property
    def key(self) -> str:
        """Below its section."""
        ...

    @property
    def value(self) -> str:
        """As text; secrets are masked."""
        ...

    @property
    def source(self) -> str:
        """Where it was given."""
        ...


def options_table(options: Iterable[Shown]) -> Table:
    """Show options; those that nobody has given are dim."""
    table = plain_table("key", "value", "from")
    for option in options:
        style = "dim" if option.source == "default" else ""
        cells = (option.key, option.value, option.source)
        table.add_row(*(Text(safe(cell)) for cell in cells), style=style)
    return table
