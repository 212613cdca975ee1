"""Whoever has seen what is wrong acts on it, and sees what comes of it, without a reload."""

import pytest
from playwright.async_api import Browser, Locator, Page, Request, Route, expect

from loopjobs import JobState

from .yard import PASSWORD, Yard

pytestmark = [pytest.mark.smoke, pytest.mark.asyncio(loop_scope="module")]


def row_of(page: Page, job: str) -> Locator:
    """Return the row of a job."""
    return page.locator(f'#rows tr[data-name="{job}"]')


async def open_overview(page: Page, yard: Yard) -> None:
    """Open the page, and leave a mark that a reload would wipe off."""
    await page.goto(f"{yard.url}/")
    await expect(page.get_by_text("live", exact=True)).to_be_visible()
    await page.evaluate("document.body.dataset.mark = 'not reloaded'")


async def was_reloaded(page: Page) -> bool:
    """Say whether the mark is gone."""
    return await page.evaluate("document.body.dataset.mark") is None


async def test_a_row_follows_its_job(page: Page, yard: Yard) -> None:
    """A run that begins and ends shows in its row, with what it has counted so far."""
    await open_overview(page, yard)
    row = row_of(page, "Slow")
    await expect(row).to_contain_text("no runs yet")
    run = yard.job("Slow").trigger()
    async with yard.in_background(run):
        await expect(row).to_contain_text("running for")
        await expect(row).to_contain_text("letters 12")
        yard.orders.go.set()
    await expect(row).to_contain_text("succeeded")
    await expect(row.get_by_role("img", name="The last run: 1 succeeded")).to_be_visible()
    assert not await was_reloaded(page)


async def test_the_countdown_moves(page: Page, yard: Yard) -> None:
    """The next run comes nearer each second, though the server has nothing new."""

    async def have_nothing_new(route: Route) -> None:
        await route.fulfill(status=204)

    await open_overview(page, yard)
    await page.route(f"{yard.url}/", have_nothing_new)
    ahead = row_of(page, "Watched").locator("time[data-tick=until]")
    before = await ahead.inner_text()
    assert before.startswith("in ")
    await expect(ahead).not_to_have_text(before)
    await page.unroute_all()


async def test_run_now_by_a_click(page: Page, yard: Yard) -> None:
    """A dialog asks once more; then the row changes, and the audit knows who it was."""
    await open_overview(page, yard)
    await row_of(page, "Clicked").get_by_role("link", name="Run now").click()
    dialog = page.get_by_role("dialog", name="Run now: Clicked?")
    await expect(dialog).to_contain_text("obeys its overlap rule")
    await dialog.get_by_role("button", name="Run now").click()
    await expect(page.locator("#flash")).to_have_text("Clicked: a run was started")
    await expect(row_of(page, "Clicked")).to_contain_text("succeeded")
    assert not await was_reloaded(page)
    await page.goto(f"{yard.url}/job/Clicked")
    await expect(page.get_by_role("region", name="Last actions")).to_contain_text("anyone")


async def test_run_now_by_keys_alone(page: Page, yard: Yard) -> None:
    """Escape changes nothing; Enter does it; the focus comes back to where it was."""
    await open_overview(page, yard)
    link = row_of(page, "Typed").get_by_role("link", name="Run now")
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert yard.job("Typed").history() == []
    await expect(link).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Run now")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(row_of(page, "Typed")).to_contain_text("succeeded")
    await expect(link).to_be_focused()


async def test_pause_and_resume(page: Page, yard: Yard) -> None:
    """A paused job says so, and offers to be resumed."""
    await open_overview(page, yard)
    row = row_of(page, "Paused")
    await row.get_by_role("link", name="Resume: Paused").click()
    await page.get_by_role("button", name="Resume").click()
    await expect(row).to_contain_text("waiting")
    await row.get_by_role("link", name="Pause: Paused").click()
    await page.get_by_role("button", name="Pause").click()
    await expect(row).to_contain_text("none while paused")
    assert yard.job("Paused").status().state is JobState.PAUSED


async def test_acting_needs_no_script(plain_page: Page, yard: Yard) -> None:
    """Without scripts a page asks once more, and the next says what was done, once."""
    page = plain_page
    await page.goto(f"{yard.url}/")
    await row_of(page, "Plain").get_by_role("link", name="Run now").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Run now: Plain?")
    await page.get_by_role("button", name="Run now").click()
    await expect(page.get_by_role("status").first).to_contain_text("A run was started.")
    await expect(page.get_by_role("region", name="Last actions")).to_contain_text("anyone")
    await page.reload()
    await expect(page.get_by_role("status").first).to_be_empty()


async def test_a_lost_connection_is_told(browser: Browser, yard: Yard) -> None:
    """Old data never looks like new data."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.clock.install()
    async with yard.elsewhere() as server:
        await page.goto(f"{server.url}/jobs/")
        await expect(page.get_by_text("live", exact=True)).to_be_visible()
        await server.stop()
        await page.clock.run_for(5_000)
        await expect(page.get_by_text("Connection lost. What you see is old")).to_be_visible()
    await context.close()


async def sign_in(page: Page, yard: Yard) -> None:
    """Sign in to the page that is not for everybody."""
    await page.goto(f"{yard.origin}/private/")
    await page.get_by_label("Name").fill("ann")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("live", exact=True)).to_be_visible()


async def test_a_session_that_has_ended_is_told(browser: Browser, yard: Yard) -> None:
    """A page that is open leads to the sign-in as soon as there is something new, and says why."""
    context = await browser.new_context()
    page = await context.new_page()
    await sign_in(page, yard)
    for cookie in await context.cookies():
        await context.add_cookies([{**cookie, "value": "old"}])  # type: ignore[typeddict-item]  # as it was
    await yard.job("Watched").trigger()
    await expect(page.get_by_role("status").last).to_contain_text("Your session has ended")
    await context.close()


async def test_a_page_that_is_no_longer_ours_says_so(browser: Browser, yard: Yard) -> None:
    """A no of the server is no lost connection: what it has to say is shown."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, body="Not for you any more.")

    context = await browser.new_context()
    page = await context.new_page()
    await open_overview(page, yard)
    await page.route(f"{yard.url}/", refuse)
    await yard.job("Watched").trigger()
    await expect(page.get_by_text("Not for you any more.")).to_be_visible()
    await context.close()


async def test_a_link_from_elsewhere_asks_for_no_password_again(
    browser: Browser, yard: Yard
) -> None:
    """A link in a chat brings no cookie along; whoever has a session goes on all the same."""
    context = await browser.new_context()
    page = await context.new_page()
    await sign_in(page, yard)
    chat = await context.new_page()
    await chat.set_content(f'<a href="{yard.origin}/private/job/StockSync">the job</a>')
    await chat.get_by_role("link").click()
    await expect(chat.get_by_role("heading", level=1)).to_have_text("StockSync")
    await context.close()


async def test_a_tab_that_nobody_sees_holds_no_connection(page: Page, yard: Yard) -> None:
    """A browser has six of them for all tabs; a seventh tab would never load."""
    await open_overview(page, yard)
    seen = "Object.defineProperty(document, 'hidden', {{value: {}, configurable: true}})"
    told = "document.dispatchEvent(new Event('visibilitychange'))"

    def is_stream(request: Request) -> bool:
        return request.url.endswith("/events")

    async with page.expect_event("requestfailed", is_stream):
        await page.evaluate(f"{seen.format('true')}; {told}")
    async with page.expect_request(is_stream):
        await page.evaluate(f"{seen.format('false')}; {told}")
