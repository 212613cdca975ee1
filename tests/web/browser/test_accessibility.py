"""The page can be used by everybody: axe finds nothing, in either scheme."""

from importlib.resources import files
from typing import Final

import pytest
from playwright.async_api import Page, expect

from .complaints import Complaints
from .yard import PASSWORD, Yard

_AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_RUN: Final = """async options => {
  const {violations} = await axe.run(options);
  return violations.map(({id, nodes}) => `${id}: ${nodes.map(node => node.html).join(" | ")}`);
}"""

pytestmark = [pytest.mark.smoke, pytest.mark.asyncio(loop_scope="module")]


async def violations(page: Page) -> list[str]:
    """Return what axe objects to in both schemes."""
    await page.emulate_media(color_scheme="light")
    await page.evaluate(_AXE)
    found: list[str] = await page.evaluate(_RUN, {})
    await page.emulate_media(color_scheme="dark")
    # The scheme makes a difference to nothing but contrast.
    found += await page.evaluate(_RUN, {"runOnly": ["color-contrast"]})
    return found


async def test_the_overview(page: Page, yard: Yard) -> None:
    """All marks, states and bars, the legend unfolded, and the dialog."""
    await page.goto(f"{yard.url}/")
    await expect(page.get_by_text("live", exact=True)).to_be_visible()
    await page.locator(".legend summary").click()
    assert await violations(page) == []
    await page.get_by_role("link", name="Run now").first.click()
    assert await violations(page) == []


async def test_a_job_in_detail(page: Page, yard: Yard) -> None:
    """History with a traceback unfolded, options, charts."""
    await page.goto(f"{yard.url}/job/StockSync")
    await expect(page.get_by_text("live", exact=True)).to_be_visible()
    await page.get_by_role("region", name="History").locator("summary").first.click()
    assert await violations(page) == []


async def test_the_question_before_an_action(page: Page, yard: Yard) -> None:
    """The page that asks where there are no scripts."""
    await page.goto(f"{yard.url}/job/StockSync/run")
    assert await violations(page) == []


async def test_signing_in_and_out(page: Page, yard: Yard, complaints: Complaints) -> None:
    """The form says what was wrong, keeps the name, and leads to where one wanted to go."""
    await page.goto(f"{yard.origin}/private/job/StockSync")
    await page.get_by_label("Name").fill("bob")
    await page.get_by_label("Password").fill("guess")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    complaints.forgive("401")
    await expect(page.get_by_label("Name")).to_have_value("bob")
    assert await violations(page) == []
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("StockSync")
    await expect(page.get_by_role("link", name="Run now")).to_have_count(0)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
