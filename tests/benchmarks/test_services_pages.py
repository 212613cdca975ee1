"""What was measured of jobs and keep-alives is laid out for the page."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import intake.page
import sweeps.page
from intake.measuring import Result as Ingest
from intake.shapes import Shape
from loops.results import Setting
from performance_page import PAGE
from sweeps.catalogue import CASES
from sweeps.measuring import Result as Sweep
from sweeps.on_disk import ENGINES

SETTING = Setting("3.11.7", "Linux", 2, 0.1, "2026-01-31")
LATENCIES = [1.0, 2.0, 3.0]


@pytest.fixture
def swept() -> sweeps.page.Results:
    """Each job at three sizes, its time growing with them, and its peer."""
    found = []
    for case in CASES:
        for engine in ENGINES:
            found.append(Sweep(case.name, engine, 1_000, is_peer=True, seconds=2.0))
            found += [
                Sweep(case.name, engine, rows, seconds=rows / 1e5, off=LATENCIES, on=LATENCIES)
                for rows in (1_000, 4_000, 16_000)
            ]
    return sweeps.page.Results(SETTING, is_quick=True, results=found)


@pytest.fixture
def ingested() -> intake.page.Results:
    """Three fleets, and the other shapes with the one in the middle."""
    together = [
        Ingest("sqlite", pcs, Shape.TOGETHER, 64, 1_200.0, 500.0, [1.0, 2.0])
        for pcs in (100, 1_000, 10_000)
    ]
    others = [
        Ingest("sqlite", 1_000, Shape.ONE_BY_ONE, 64, 300.0, 2_500.0, [1.0, 2.0]),
        Ingest("sqlite", 1_000, Shape.BARE, 0, 6_000.0),
    ]
    return intake.page.Results(SETTING, is_quick=False, results=[*together, *others])


def test_a_job_that_grows_with_its_rows_has_the_exponent_one(swept: sweeps.page.Results) -> None:
    """And its peer, which took 2,000 µs a row, two hundred times as long."""
    for row in sweeps.page.growth_of(swept.results):
        assert row[2:] == ("1.00", "2,000", "10.0", "200")


def test_a_job_without_its_peer_has_no_ratio(swept: sweeps.page.Results) -> None:
    """Nor an exponent, with two sizes."""
    two = [each for each in swept.results if not each.is_peer and each.rows < 16_000]
    assert {row[2::3] for row in sweeps.page.growth_of(two)} == {("-", "-")}


def test_ratios_of_keep_alives_are_of_the_same_fleet_and_connections(
    ingested: intake.page.Results,
) -> None:
    """Four times one by one, a fifth of the bare driver; the size of the fleet costs nothing."""
    elsewhere = replace(ingested.results[1], connections=1, per_second=9_999.0)
    ratios = list(intake.page.ratios_of([elsewhere, *ingested.results]))
    assert ratios == [("SQLite", "4.0", "0.20", "0.00")]


def test_results_survive_the_file(
    swept: sweeps.page.Results, ingested: intake.page.Results
) -> None:
    """What is read is what was measured."""
    assert sweeps.page.Results.of(json.loads(json.dumps(swept.as_document()))) == swept
    assert intake.page.Results.of(json.loads(json.dumps(ingested.as_document()))) == ingested


def test_both_sections_have_their_place_on_the_page(
    swept: sweeps.page.Results, ingested: intake.page.Results, tmp_path: Path
) -> None:
    """Each table has a row for everything that was measured."""
    page = tmp_path / "performance.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    sweeps.page.write_page(swept, page)
    intake.page.write_page(ingested, page)
    written = page.read_text(encoding="utf-8")
    assert "Not measured yet." not in written.partition("## Jobs")[2]
    assert written.count("| PcDeleteJob |") == 2 * 3 + 2
    assert written.count("| together |") == 3
    assert "A quick run" in written
