"""Puts what was measured into its section of docs/reference/performance.md.

Each benchmark writes a section of its own, between two comments that name it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"
_IMAGES: Final = "images"


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


@dataclass(frozen=True)
class Table:
    """A table with a title; the first column is text, the others are figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    """What is below it, such as why cells are empty."""

    def markdown(self) -> str:
        """Return it in Markdown, with its title as a heading."""
        lines = [
            f"### {self.title}",
            "",
            f"| {' | '.join(self.columns)} |",
            f"|---{'|--:' * (len(self.columns) - 1)}|",
            *(f"| {' | '.join(row)} |" for row in self.rows),
        ]
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines)


def put_picture(name: str, picture: str, page: Path = PAGE) -> Path:
    """Write a picture beside the page; return where it is.

    Args:
        name: Of its file, as `picture_of` refers to it.
        picture: What is in the file.
        page: Whose picture it is.
    """
    path = page.parents[1] / _IMAGES / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(picture, encoding="utf-8")
    return path


def picture_of(title: str, what: str, name: str) -> str:
    """Return in Markdown a picture under a heading.

    Args:
        title: The heading.
        what: What can be seen, for those who do not see it.
        name: Of its file.
    """
    return f"### {title}\n\n![{what}](../{_IMAGES}/{name})"
