"""The example of docs/how-to/move-from-apscheduler.md: each of its steps is done."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from difflib import unified_diff
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from loopjobs import Host, HostBuilder
from loopjobs.cli import main
from loopjobs.migration import (
    Verdict as Moves,
)
from loopjobs.migration import (
    add_sections,
    read_database,
    take_stock,
)
from loopjobs.side_by_side import Entry, FileJournal, Verdict, Why, compare
from loopjobs.testing import FakeClock

DOCS: Final = Path(__file__).parents[2] / "docs" / "how-to"
STEPS: Final = DOCS / "moving-from-apscheduler"
PAGE: Final = DOCS / "move-from-apscheduler.md"


@pytest.fixture(autouse=True)
def _steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the steps be importable, and forget them; each writes into a directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(STEPS)
    yield
    for name in tuple(sys.modules):
        if name == "warehouse" or name.startswith("step_"):
            del sys.modules[name]


def shop_of(step: int) -> ModuleType:
    """Return that step; its settings are in the current directory."""
    Path("appsettings.json").write_text(settings_of(step), encoding="utf-8")
    return import_module(f"step_{step}.shop")


def settings_of(step: int) -> str:
    """Return the settings file of that step."""
    return (STEPS / f"step_{step}" / "appsettings.json").read_text(encoding="utf-8")


def change_settings(old: str, new: str) -> None:
    """Edit the file, as a person would."""
    file = Path("appsettings.json")
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


@asynccontextmanager
async def serving(clock: FakeClock, shop: ModuleType, *arguments: object) -> AsyncIterator[None]:
    """Serve until the end of the block."""
    task = asyncio.create_task(shop.serve(*arguments))
    await clock.settle()
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await clock.settle()


def host_of(shop: ModuleType) -> Host:
    """Return the host of a step that has handed over."""
    host = shop.app.handover._host
    assert isinstance(host, Host)
    return host


async def test_step_0_runs_on_apscheduler(clock: FakeClock, scheduler: AsyncIOScheduler) -> None:
    """As it is."""
    shop = shop_of(0)
    async with serving(clock, shop, scheduler):
        await clock.advance(7_205)
    assert shop.warehouse.orders == ["north"] * 12
    assert shop.warehouse.prices_fetched == 240
    assert shop.warehouse.counts == 1


async def begin_and_end(clock: FakeClock, shop: ModuleType) -> None:
    """Start it as its process would, on real time, and stop it."""
    task = asyncio.create_task(shop.main())
    await clock.settle()
    assert not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await clock.settle()


async def test_each_step_starts_on_what_the_one_before_has_left(clock: FakeClock) -> None:
    """The job store is on disk, and its rows name functions that are to be found."""
    for step in range(5):
        await begin_and_end(clock, shop_of(step))
        with closing(sqlite3.connect("jobs.sqlite")) as database:
            names = database.execute("SELECT id FROM apscheduler_jobs ORDER BY id").fetchall()
        assert names == [("prices",), ("restock",), ("stock",)]


async def test_step_1_is_what_the_inventory_writes(clock: FakeClock) -> None:
    """The one of the calendar as it is, the others with behavior that changes; comments stay."""
    await begin_and_end(clock, shop_of(0))
    inventory = take_stock(read_database("sqlite:///jobs.sqlite", clock.now()))
    changing = inventory.those_that(Moves.CHANGES)
    assert [move.name for move in changing] == ["Restock", "FetchPrices"]
    assert [move.name for move in inventory.those_that(Moves.AS_IT_IS)] == ["CountStock"]
    added = add_sections(settings_of(0), inventory.settings, "appsettings.json")
    assert added.text == settings_of(1)


def report_of(journal: list[Entry], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that the command prints about a journal."""
    for entry in journal:
        FileJournal("side-by-side.jsonl").append(entry)
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["compare", "side-by-side.jsonl"])
    return capsys.readouterr().out.splitlines()


async def test_step_2_shows_what_the_loops_would_do(
    clock: FakeClock,
    scheduler: AsyncIOScheduler,
    journal: list[Entry],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is run twice; where runs overlapped, the loop would skip."""
    shop = shop_of(2)
    shop.warehouse.fetch_prices = lambda: clock.sleep(40)
    async with serving(clock, shop, scheduler, journal, clock):
        await clock.advance(7_205)
    assert shop.warehouse.orders == ["north"] * 12
    stock, prices, restock = compare(journal, tolerance=1)
    assert (stock.verdict, len(stock.both)) == (Verdict.ALIKE, 1)
    assert (restock.verdict, len(restock.both)) == (Verdict.ALIKE, 12)
    assert prices.verdict is Verdict.DIFFERENT
    assert {lone.why for lone in prices.only_old} == {Why.OVERRUN}
    assert not prices.only_loop
    said = report_of(journal, capsys)
    console = PAGE.read_text(encoding="utf-8").split("$ loopjobs compare")[1].split("```")[0]
    shown = [line for line in console.splitlines()[1:] if line not in ("", "...")]
    assert [line for line in said if line in shown] == shown


async def test_step_3_moves_a_job_and_moves_it_back(
    clock: FakeClock, scheduler: AsyncIOScheduler, journal: list[Entry]
) -> None:
    """By an edit of the settings; each time is used once, by one of the two."""
    shop = shop_of(3)
    async with serving(clock, shop, scheduler, journal, clock):
        job = host_of(shop).jobs["Restock"]
        await clock.advance(1_205)
        assert job.status().by_hand.succeeded == 2
        change_settings('"StartedBy": "Trigger"', '"StartedBy": "Loop"')
        await clock.advance(1_200)
        assert (job.status().by_hand.succeeded, job.status().ledger.succeeded) == (2, 1)
        change_settings('"StartedBy": "Loop"', '"StartedBy": "Trigger"')
        await clock.advance(1_200)
        assert (job.status().by_hand.succeeded, job.status().ledger.succeeded) == (4, 2)
        assert job.history()[0].reported == {"ordered": 3}
    assert len(shop.warehouse.orders) == 6
    (_, prices, _) = compare(journal, tolerance=1)
    assert prices.verdict is Verdict.ALIKE


async def test_step_4_has_all_jobs_and_the_way_back(
    clock: FakeClock, scheduler: AsyncIOScheduler
) -> None:
    """One is started by its loop, the other still by APScheduler."""
    shop = shop_of(4)
    async with serving(clock, shop, scheduler, clock):
        jobs = host_of(shop).jobs
        await clock.advance(605)
        assert jobs["Restock"].status().ledger.succeeded == 1
        assert jobs["FetchPrices"].status().by_hand.succeeded == 20
        change_settings('30,\n    "StartedBy": "Trigger"', '30,\n    "StartedBy": "Loop"')
        await clock.advance(605)
        assert jobs["FetchPrices"].status().ledger.succeeded == 20
        assert shop.warehouse.prices_fetched == 40
        await clock.advance(5_000)
        assert jobs["CountStock"].status().by_hand.succeeded == 1
    assert shop.warehouse.counts == 1


async def test_step_5_knows_no_apscheduler(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same work, and one scheduler."""
    shop = shop_of(5)
    monkeypatch.setattr(shop, "HostBuilder", lambda: HostBuilder(clock=clock))
    async with shop.build().build():
        await clock.advance(7_205)
    assert len(shop.warehouse.orders) == 12
    assert shop.warehouse.prices_fetched == 240
    assert shop.warehouse.counts == 1
    assert not hasattr(shop, "AsyncIOScheduler")
    assert "StartedBy" not in settings_of(5)


def code_of(step: int, name: str) -> list[str]:
    """Return the lines of a file of that step."""
    return (STEPS / f"step_{step}" / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("name", ["shop.py", "appsettings.json"])
def test_the_page_shows_each_step_as_it_is(step: int, name: str) -> None:
    """What the page says has changed is what has changed."""
    page = PAGE.read_text(encoding="utf-8")
    changes = [*unified_diff(code_of(step - 1, name), code_of(step, name), lineterm="", n=1)][2:]
    shown = "\n".join(line for line in changes if not line.startswith("@@"))
    assert not changes or f'```diff title="{name}"\n{shown}\n```' in page
