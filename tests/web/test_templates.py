"""Templates are found by name and filled with one page."""

from datetime import UTC, datetime

import pytest

from loopjobs.web._page import ConfirmView, Page, RefusedView, SignInView
from loopjobs.web._templates import render
from loopjobs.web._visitors import Visitor


def page_of(view: object, title: str = "Login") -> Page[object]:
    return Page(
        view=view,
        title=title,
        root="/jobs",
        now=datetime(2026, 3, 29, tzinfo=UTC),
        visitor=Visitor("ann", may_operate=True),
        csrf="token",
        flash="",
        has_sign_in=True,
    )


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("confirm.html", ConfirmView("Sweep", "run", "waiting", "All is well.")),
        ("sign_in.html", SignInView("", "ann", "/")),
        ("refused.html", RefusedView(404, "Not Found", "There is no such job.")),
    ],
)
def test_a_template_is_filled_and_escaped(name: str, view: object) -> None:
    """Whatever is shown was escaped, the title to begin with."""
    text = render(name, page_of(view, title="<b>&"))
    assert "&lt;b&gt;&amp;" in text
    assert "<b>" not in text
