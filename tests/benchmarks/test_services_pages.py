"""What was measured of jobs and keep-alives is laid out for the page."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import intake.page
import sweeps.page
from filling.on_disk import ENGINES
from intake.measuring import Result as Ingest
from intake.shapes import Shape
from measured import Results, Setting, load_results
from performance_page import PAGE
from sweeps import token_cleanup
from sweeps.case import Case
from sweeps.catalogue import CASES
from sweeps.goals import GOALS, verdicts_of
from sweeps.measuring import Felt
from sweeps.measuring import Result as Sweep

SETTING = Setting("3.11.7", "Linux", 2, 0.1, "2026-01-31")
SVG = "{http://www.w3.org/2000/svg}"
OFF = Felt("keep-alive", {"200": 800}, 1.0, 2.0, 3.0)
ON = Felt("keep-alive", {"200": 97, "503": 2, "0": 1}, 2.0, 5.0, 9.0)


@pytest.fixture
def swept() -> Results[Sweep]:
    """Each job at three sizes, its time growing with them, and its peer."""
    found = []
    for case in CASES:
        for engine in ENGINES:
            found.append(Sweep(case.name, engine, 1_000, is_peer=True, seconds=2.0))
            found += [
                Sweep(case.name, engine, rows, seconds=rows / 1e5, statements=7, on=[ON])
                for rows in (1_000, 4_000)
            ]
            found.append(
                Sweep(case.name, engine, 16_000, seconds=0.16, statements=7, off=[OFF], on=[ON])
            )
    return Results(SETTING, is_quick=True, results=found)


def ingest(shape: Shape, rates: list[float], pcs: int = 1_000) -> list[Ingest]:
    """One measurement of 64 connections, a rate a round."""
    return [
        Ingest("sqlite", pcs, shape, 64, number, rate, 500.0, [1.0, 2.0], answers={"200": 9})
        for number, rate in enumerate(rates)
    ]


@pytest.fixture
def ingested() -> Results[Ingest]:
    """Three fleets, and the other shapes with the one in the middle."""
    found = [
        *ingest(Shape.TOGETHER, [1_200.0], pcs=100),
        *ingest(Shape.TOGETHER, [1_200.0, 300.0, 2_400.0]),
        *ingest(Shape.TOGETHER, [1_200.0], pcs=10_000),
        *ingest(Shape.ONE_BY_ONE, [300.0, 100.0, 600.0]),
        *ingest(Shape.TOGETHER_ON_UVLOOP, [1_800.0, 450.0, 3_600.0]),
        *ingest(Shape.BARE, [6_000.0, 1_500.0, 12_000.0]),
    ]
    return Results(SETTING, is_quick=False, results=found)


def test_a_job_that_grows_with_its_rows_has_the_exponent_one(swept: Results[Sweep]) -> None:
    """And one that asks the same whatever they are has the exponent 0 for its statements."""
    for row in sweeps.page.growth_of(swept.results):
        assert row[2:] == ("1.00", "0.00")


def test_two_sizes_have_no_exponent(swept: Results[Sweep]) -> None:
    """There is a line through any two points."""
    two = [each for each in swept.results if each.rows < 16_000]
    assert {row[2:] for row in sweeps.page.growth_of(two)} == {("–", "–")}  # noqa: RUF001


def test_a_job_is_compared_with_its_peer_over_the_same_rows(swept: Results[Sweep]) -> None:
    """Two seconds against a hundredth of one, at 1,000 rows; 16,000 rows have no peer."""
    rows = list(sweeps.page.peers_of(swept.results))
    assert {row[2:6] for row in rows} == {("1,000", "2.00", "0.01", "200.0")}
    without = [each for each in swept.results if each.is_peer or each.rows > 1_000]
    assert list(sweeps.page.peers_of(without)) == []


def test_what_requests_felt_is_told_where_it_was_measured_without_the_job_too(
    swept: Results[Sweep],
) -> None:
    """With the ratio of both, and each refusal by its status."""
    (table,) = (
        each
        for each in sweeps.page.tables_of(swept.results)
        if each.title == "Requests meanwhile, SQLite"
    )
    assert len(table.rows) == len(CASES)
    assert table.rows[0][1:] == (
        *("16,000", "800 / 100", "1.0 / 2.0 / 3.0", "2.0 / 5.0 / 9.0", "2.5"),
        "1 (0), 2 (503)",
    )


def at_full_size(case: Case, **figures: object) -> list[Sweep]:
    """One job on PostgreSQL, over all rows and a tenth of them."""
    tenth = Sweep(case.name, "postgresql", case.full_rows // 10, memory_peak=100)
    return [replace(tenth, rows=case.full_rows, **figures), tenth]  # type: ignore[arg-type]


def test_a_goal_says_its_limit_what_was_reached_and_whether_it_is_met() -> None:
    """Of a sign-in what the password takes is no part, and memory is compared by size."""
    sign_in = Felt("sign-in", {"200": 300}, 60.0, 79.5, 99.0)
    found = at_full_size(token_cleanup.CASE, on=[sign_in], password=0.03, memory_peak=111)
    beyond, memory = verdicts_of(found)
    assert beyond[1:] == ("at most 50 ms", "49.5 ms", "met")
    assert memory[1:] == ("at most 1.1", "1.11", "**missed**")
    assert beyond[0].endswith("beyond what the password takes, PostgreSQL")


def test_each_goal_has_a_reading() -> None:
    """A job that was measured at full size has a verdict for whatever it is to reach."""
    asked = [
        Felt(what, {"200": 9}, 1.0, 2.0, 3.0) for what in ("keep-alive", "sign-in", "list sent")
    ]
    found = [each for case in CASES for each in at_full_size(case, on=asked, memory_peak=100)]
    assert len(list(verdicts_of(found))) == len(GOALS)


def test_smaller_sizes_reach_no_goal(swept: Results[Sweep]) -> None:
    """Nor does a peer, whatever it took."""
    peers = [replace(each, is_peer=True) for each in at_full_size(token_cleanup.CASE)]
    assert list(verdicts_of([*swept.results, *peers])) == []


def test_ratios_of_keep_alives_are_medians_of_rounds_of_the_same_fleet_and_connections(
    ingested: Results[Ingest],
) -> None:
    """Four times one by one, a fifth of the bare driver, half as much again on uvloop."""
    elsewhere = replace(ingested.results[1], connections=1, per_second=9_999.0)
    ratios = list(intake.page.ratios_of([elsewhere, *ingested.results]))
    assert ratios == [("SQLite", "4.00", "0.20", "1.50", "–")]  # noqa: RUF001 - a dash


def test_a_fleet_that_costs_nothing_has_the_exponent_zero(ingested: Results[Ingest]) -> None:
    """A keep-alive takes 500 microseconds of a processor whatever the size."""
    (table,) = (
        each
        for each in intake.page.tables_of(ingested.results)
        if each.title == "What a keep-alive takes, as the fleet grows"
    )
    assert table.rows[0] == ("SQLite, processor", "0.00")


def test_results_survive_the_file(
    swept: Results[Sweep], ingested: Results[Ingest], tmp_path: Path
) -> None:
    """What is read is what was measured."""
    path = tmp_path / "deep" / "results.json"
    swept.save(path)
    assert load_results(path, Sweep) == swept
    ingested.save(path)
    assert load_results(path, Ingest) == ingested


def test_both_sections_have_their_place_on_the_page(
    swept: Results[Sweep], ingested: Results[Ingest], tmp_path: Path
) -> None:
    """Each table has a row for everything that was measured, and each picture a line."""
    page = tmp_path / "reference" / "performance.md"
    page.parent.mkdir()
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    picture, _ = sweeps.page.SECTION.write(swept, page)
    intake.page.SECTION.write(ingested, page)
    written = page.read_text(encoding="utf-8")
    assert "Not measured yet." not in written.partition("## Jobs")[2]
    assert written.count("| PcDeleteJob |") == 2 * 3 + 2 + 2
    assert written.count("| together |") == 3
    assert "A quick run" in written
    assert f"](../images/{picture.name})" in written
    lines = ET.fromstring(picture.read_text(encoding="utf-8")).findall(f"{SVG}polyline")  # noqa: S314 - our own
    assert len(lines) == len(CASES) * len(ENGINES)
