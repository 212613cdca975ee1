"""Whoever is called at three in the morning sees which job is in trouble, and why."""

import re
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from .complaints import Complaints
from .yard import HOSTILE, LONG, RIGHT_TO_LEFT, Yard

_WIDTH = "document.documentElement.scrollWidth"

pytestmark = [pytest.mark.smoke, pytest.mark.asyncio(loop_scope="module")]


async def test_trouble_comes_first(page: Page, yard: Yard) -> None:
    """The banner says how many jobs are in trouble, which and why; the table begins with them."""
    await page.goto(f"{yard.url}/")
    banner = page.get_by_role("region", name="Health")
    await expect(banner).to_contain_text("2 of 11 jobs are in trouble")
    await expect(banner).to_contain_text(
        "StockSync The last 3 runs failed with ConnectionError; unhealthy from 3."
    )
    await expect(page).to_have_title("2 in trouble · Shop")
    await expect(page.locator("#icon")).to_have_attribute("href", "/jobs/static/icon-unhealthy.svg")
    first = page.locator("#rows tr").first
    await expect(first.get_by_role("rowheader")).to_contain_text("unhealthy StockSync")
    await expect(first).to_contain_text("3 failures in a row")
    await expect(first.get_by_role("img", name="The last 3 runs: 3 failed")).to_be_visible()


async def test_a_job_in_detail(page: Page, yard: Yard) -> None:
    """A name leads to the history with its tracebacks, the options and where they come from."""
    await page.goto(f"{yard.url}/")
    await page.get_by_role("rowheader").get_by_role("link", name="StockSync").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("StockSync")
    history = page.get_by_role("region", name="History")
    await history.locator("summary").first.click()
    await expect(history.locator("pre").first).to_contain_text("Traceback (most recent call last)")
    await expect(history.locator("pre").first).to_be_visible()
    options = page.get_by_role("region", name="Options")
    row = options.get_by_role("row").filter(has_text="IntervalInSeconds")
    await expect(row).to_contain_text("3600")
    await expect(row).to_contain_text("settings given in code")


async def test_reading_needs_no_script(plain_page: Page, yard: Yard) -> None:
    """Without scripts everything is there but what only scripts can do."""
    page = plain_page
    await page.goto(f"{yard.url}/")
    await expect(page.locator("#banner")).to_contain_text("StockSync")
    await expect(page.locator("#rows tr")).to_have_count(11)
    await expect(page.get_by_role("searchbox")).to_be_hidden()
    await page.goto(f"{yard.url}/job/{quote(RIGHT_TO_LEFT, safe='')}")
    await expect(page.locator("h1")).to_have_text(RIGHT_TO_LEFT)
    await expect(page.get_by_role("region", name="Reported")).to_contain_text("in 1 run")


async def test_names_are_only_names_even_on_a_phone(page: Page, yard: Yard) -> None:
    """Markup in names, errors and counters is text; the fixture hears that nothing of it ran.

    At 400 pixels rows become cards, long words are broken, and nothing scrolls sideways.
    """
    await page.set_viewport_size({"width": 400, "height": 800})
    await page.goto(f"{yard.url}/")
    assert await page.evaluate(_WIDTH) == 400
    for name in (HOSTILE, LONG, RIGHT_TO_LEFT):
        await expect(page.get_by_role("rowheader").get_by_text(name, exact=True)).to_be_visible()
    for name in (HOSTILE, LONG, RIGHT_TO_LEFT):
        await page.goto(f"{yard.url}/job/{quote(name, safe='')}")
        await expect(page.get_by_role("heading", level=1)).to_have_text(name)
        await expect(page.get_by_text("live", exact=True)).to_be_visible()
        assert await page.locator("main img, main script").count() == 0
        assert await page.evaluate(_WIDTH) == 400


async def test_light_and_dark(page: Page, yard: Yard) -> None:
    """The page follows what the system is set to."""
    shades = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.goto(f"{yard.url}/")
        color = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades.append(sum(map(int, re.findall(r"\d+", color))))
    assert shades[0] > 3 * 200 > 3 * 50 > shades[1]


async def test_find_and_sort(page: Page, yard: Yard) -> None:
    """A word leaves the jobs that have it; the order is a matter of choice."""
    await page.goto(f"{yard.url}/")
    await page.get_by_role("searchbox", name="Find").fill("price")
    await expect(page.locator("#found")).to_have_text("1 of 11 jobs")
    await expect(page.locator("#rows tr:visible")).to_have_count(1)
    await page.get_by_role("searchbox", name="Find").fill("")
    await page.get_by_role("combobox", name="Sort").select_option("name")
    names = await page.locator("#rows tr").evaluate_all("rows => rows.map(row => row.dataset.name)")
    assert names.index("Clicked") < names.index("Paused") < names.index("StockSync")


async def test_framing_is_refused(page: Page, yard: Yard, complaints: Complaints) -> None:
    """Nobody lays the page under buttons of their own."""
    async with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        await page.goto(f"{yard.origin}/frame")
    assert await page.frames[1].locator("#rows").count() == 0
    complaints.forgive("frame-ancestors")


async def test_nobody_knows_that_job(page: Page, yard: Yard, complaints: Complaints) -> None:
    """A refusal says what is wrong, in the looks of the page, and leads back."""
    await page.goto(f"{yard.url}/job/nothing")
    complaints.forgive("404")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Not Found")
    await page.get_by_role("link", name="All jobs").click()
    await expect(page.locator("#rows")).to_be_visible()
