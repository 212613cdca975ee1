"""The table of what was measured."""

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.table import Table

from chaos.figures import Figure

_COLUMNS: Final = ("fault", "repetitions", "figure to reach", "reached", "verdict")
_VERDICTS: Final = {True: "met", False: "MISSED", None: "left out"}


def line_of(figure: Figure) -> str:
    """Say one figure, for those who wait for the others."""
    return f"{_VERDICTS[figure.is_met]}: {figure.fault}: {figure.goal}: {figure.reached}"


def table_of(figures: Sequence[Figure], title: str, *, is_markdown: bool) -> Table:
    """Lay the figures out, for a terminal or as Markdown."""
    style = box.MARKDOWN if is_markdown else box.SIMPLE_HEAVY
    table = Table(title=title, box=style)
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name == "repetitions" else "left", no_wrap=True)
    before = ""
    for figure in figures:
        shown = "" if figure.fault == before else figure.fault
        before = figure.fault
        verdict = _VERDICTS[figure.is_met]
        table.add_row(shown, f"{figure.repetitions:,}", figure.goal, figure.reached, verdict)
    return table
