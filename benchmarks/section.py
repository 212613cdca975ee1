"""A section of the page that has tables, and a picture of how something grows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from measured import Results, ResultT
from performance_page import PAGE, Table, picture_of, put_picture, put_section
from plot import Curve, drawn


@dataclass(frozen=True)
class Section(Generic[ResultT]):
    """What a section is made of."""

    name: str
    """What the comments on the page say, and the picture is called."""
    tables: Callable[[Sequence[ResultT]], Sequence[Table]]
    curves: Callable[[Sequence[ResultT]], Sequence[Curve]]
    axes: tuple[str, str]
    """What the picture shows, across and up."""
    title: str
    """Above the picture."""
    alt: str
    """What can be seen in it, for those who do not see it."""

    def write(self, results: Results[ResultT], page: Path = PAGE) -> list[Path]:
        """Write section and picture; return where they are."""
        name = f"{self.name}-growth.svg"
        picture = put_picture(name, drawn(self.curves(results.results), *self.axes), page)
        parts = results.paragraphs()
        parts += [table.markdown() for table in self.tables(results.results)]
        parts.append(picture_of(self.title, self.alt, name))
        put_section(self.name, "\n\n".join(parts), page)
        return [picture, page]
