"""The pictures in the docs, of made-up jobs at a moment that never changes: `make screenshots`."""

import os
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.async_api import Page, Route, expect

from loopjobs.web import Visitor
from loopjobs.web._page import Page as Shown
from loopjobs.web._templates import render

from .made_up import NOW, overview
from .made_up_job import detail
from .yard import Yard

_IMAGES: Final = Path(__file__).parents[3] / "docs" / "images"
_LARGEST: Final = 150_000

pytestmark = [
    pytest.mark.smoke,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        "LOOPJOBS_TEST_SCREENSHOTS" not in os.environ, reason="taken by: make screenshots"
    ),
]


def drawn(template: str, view: object) -> str:
    """Return a page about something made up."""
    shown = Shown(
        view=view,
        title="Shop",
        root="/jobs",
        now=NOW,
        visitor=Visitor("ann", may_operate=True),
        csrf="",
        flash="",
        has_sign_in=True,
    )
    return render(template, shown)


@pytest.mark.parametrize(
    ("name", "template", "scheme", "width"),
    [
        ("jobs-light", "overview.html", "light", 1200),
        ("jobs-dark", "overview.html", "dark", 1200),
        ("jobs-phone", "overview.html", "light", 400),
        ("job-light", "job.html", "light", 1200),
    ],
)
async def test_a_picture(
    page: Page, yard: Yard, name: str, template: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """Taken of a page whose clock stands still."""
    text = drawn(template, overview() if template == "overview.html" else detail())

    async def answer(route: Route) -> None:
        await route.fulfill(body=text, content_type="text/html; charset=utf-8")

    place = f"{yard.origin}/made-up/{name}"
    await page.route(place, answer)
    await page.clock.install(time=NOW)
    await page.clock.pause_at(NOW)
    await page.set_viewport_size({"width": width, "height": 700})
    await page.emulate_media(color_scheme=scheme)
    await page.goto(place)
    await expect(page.get_by_text("live", exact=True)).to_be_visible()
    file = _IMAGES / f"{name}.png"
    await page.screenshot(path=file)
    assert file.stat().st_size < _LARGEST
