"""Templates by name, filled in. Every value is escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from loopjobs.web._filters import FILTERS
from loopjobs.web._page import Page
from loopjobs.web._words import OUTCOMES


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
        self._environment.filters.update(FILTERS)
        self._environment.globals["outcomes"] = OUTCOMES

    def render(self, name: str, page: Page[object]) -> str:
        """Return the text of one page."""
        return self._environment.get_template(name).render(page=page)
