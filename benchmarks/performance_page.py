"""Puts what was measured into its section of docs/reference/performance.md.

Each benchmark writes a section of its own, between two comments that name it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"


class NoSuchSectionError(Exception):
    """The page has no place for it; says which comments are missing."""


def put_section(name: str, text: str, page: Path = PAGE) -> None:
    """Write a section anew; all else on the page stays as it is.

    Args:
        name: What the comments `<!-- <name>: begin -->` and `<!-- <name>: end -->` say.
        text: The section in Markdown, without its heading.
        page: Where to put it.

    Raises:
        NoSuchSectionError: the page lacks one of the comments, or has them the wrong way round.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found_begin, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise NoSuchSectionError(f"{page}: no place for a section: write {begin} and {end} there")
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; all columns but the first have numbers."""
    head = [f"| {' | '.join(columns)} |", f"|---{'|--:' * (len(columns) - 1)}|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])
