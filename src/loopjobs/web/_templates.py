"""Templates by name, filled in. Every value is escaped."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from loopjobs.web._filters import FILTERS
from loopjobs.web._page import Page
from loopjobs.web._words import OUTCOMES


def render(name: str, page: Page[object]) -> str:
    """Return the text of one page; its template sees one thing, the `page`."""
    return _environment().get_template(name).render(page=page)


@cache
def _environment() -> Environment:
    # One for all applications of the process: a template is compiled once.
    environment = Environment(
        loader=PackageLoader("loopjobs.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["outcomes"] = OUTCOMES
    return environment
