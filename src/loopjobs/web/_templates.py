"""Templates by name, filled in. Every value is escaped."""

from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from loopjobs.web._page import Page


class Templates:
    """The templates of this package; each sees one thing, its `page`."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("loopjobs.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["segment"] = _segment

    def render(self, name: str, page: Page[object]) -> str:
        """Return the text of one page."""
        return self._environment.get_template(name).render(page=page)


def _segment(name: str) -> str:
    """Return a name as one segment of a path: not even its slashes are left."""
    return quote(name, safe="", errors="replace")
