"""One browser, one host and one server a module; a page a test, which must have nothing to say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    Error,
    Page,
    Playwright,
    async_playwright,
    expect,
)

from .chromium import ADVICE, find_chromium
from .complaints import Complaints, Desk
from .yard import Yard, open_yard

_PATIENCE = 20_000
"""Milliseconds until what is waited for has to be so, on a machine with more to do."""
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(autouse=True)
def _leaves_nothing_behind() -> None:
    """Look for no litter: browser and server are shared by a module, so they outlive a test."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def yard() -> AsyncIterator[Yard]:
    """The jobs and their page."""
    async with open_yard() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium."""
    expect.set_options(timeout=_PATIENCE)
    async with async_playwright() as playwright:
        launched = await _launch(playwright, find_chromium())
        try:
            yield launched
        finally:
            await launched.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(browser: Browser, yard: Yard) -> AsyncIterator[Desk]:
    """The one page that the tests of a module look at, one after the other."""
    context = await browser.new_context()
    complaints = Complaints(yard.origin)
    complaints.listen_to(context)
    yield Desk(await context.new_page(), complaints)
    await context.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def plain_page(browser: Browser) -> AsyncIterator[Page]:
    """A page in a browser that runs no scripts."""
    context = await browser.new_context(java_script_enabled=False)
    yield await context.new_page()
    await context.close()


@pytest.fixture
def complaints(desk: Desk) -> Complaints:
    """What the browser has complained of, for tests that bring complaints about."""
    return desk.complaints


@pytest_asyncio.fixture(loop_scope="module")
async def page(desk: Desk) -> AsyncIterator[Page]:
    """A page on a screen of usual size; whatever it complains of fails the test."""
    await desk.page.set_viewport_size({"width": 1280, "height": 800})
    await desk.page.emulate_media(color_scheme="light")
    desk.complaints.heard.clear()
    yield desk.page
    assert desk.complaints.heard == []


async def _launch(playwright: Playwright, path: Path | None) -> Browser:
    try:
        return await playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
    except Error as error:
        problem = ADVICE if path is None else f"{path} does not start: {error}"
    pytest.fail(problem)
