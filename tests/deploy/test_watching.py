"""The dashboard and the alerts, held against what is really exposed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, current_run
from loopjobs.health import Watchdog, WatchdogOptions
from loopjobs.telemetry import add_telemetry
from loopjobs.testing import FakeClock
from servicekit.testing.exposition import Exposition

from .promql import Promql

ROOT: Final = Path(__file__).parents[2]
DASHBOARD: Final[dict[str, Any]] = json.loads(
    (ROOT / "deploy/grafana/loopjobs.json").read_text(encoding="utf-8")
)
ALERTS: Final = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))
RULES: Final[list[dict[str, Any]]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
GIVEN_BY_PROMETHEUS: Final = {"instance", "job"}
"""Labels of every target that is scraped."""
UP: Final = "up"
"""The series that Prometheus makes of every target."""


def _dashboard_expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["definition"]


EXPRESSIONS: Final = sorted({*_dashboard_expressions(), *(rule["expr"] for rule in RULES)})


class EveryTenSeconds(LoopJobOptions):
    interval_in_seconds: float = 10


async def report(ct: CancellationToken) -> None:
    current_run().report(rows=1)


@pytest.fixture
async def exposition(clock: FakeClock) -> Exposition:
    builder = add_telemetry(HostBuilder(settings_files=(), clock=clock))
    builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
    async with builder.add_loop_job(report, EveryTenSeconds).build() as host:
        await clock.advance(5)
        return await Exposition.of(host)


async def test_every_metric_and_label_is_exposed(exposition: Exposition) -> None:
    """A panel that asks for what nobody has stays empty, and an alert never fires."""
    labels = exposition.labels | {UP: set[str]()}
    for expression in EXPRESSIONS:
        asked = Promql(expression)
        assert asked.metrics
        assert asked.metrics <= labels.keys(), expression
        for metric, label in asked.labels:
            assert label in labels[metric] | GIVEN_BY_PROMETHEUS, expression
        known = set().union(*(labels[metric] for metric in asked.metrics))
        assert asked.grouping <= known | GIVEN_BY_PROMETHEUS, expression


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_brackets_are_closed(expression: str) -> None:
    """What Prometheus refuses at least fails here first."""
    assert Promql(expression).is_balanced


def test_panels_can_be_told_apart() -> None:
    """Each has a number of its own, a title and, if it is no heading, a sentence about it."""
    panels = DASHBOARD["panels"]
    numbers = [panel["id"] for panel in panels]
    assert len(set(numbers)) == len(numbers)
    assert all(panel["title"] for panel in panels)
    assert all(panel["description"] for panel in panels if panel["type"] != "row")


def test_panels_do_not_overlap() -> None:
    """Each has its cells of the grid to itself."""
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells)
        taken |= cells


def test_whatever_is_shown_can_be_narrowed_down() -> None:
    """To a data source, an instance, and a job."""
    names = [variable["name"] for variable in DASHBOARD["templating"]["list"]]
    assert names == ["datasource", "instance", "job_name"]
    sources = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"] if "targets" in panel}
    assert sources == {"${datasource}"}


def test_every_alert_says_what_to_do() -> None:
    """Its runbook is a heading of a page that there is."""
    for rule in RULES:
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        headings = re.findall(r"^## (\w+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        assert rule["alert"] in headings
        assert anchor == rule["alert"].lower()
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}
        assert rule["annotations"]["summary"]


@pytest.mark.parametrize("wrong", ["sum(rate(x[5m])", "x)", "x{a=~'('", "rate(x(5m])"])
def test_the_check_of_brackets_can_say_no(wrong: str) -> None:
    """Also where a bracket stands in a string, which does not count."""
    assert not Promql(wrong).is_balanced


def test_what_an_expression_asks_for_is_found() -> None:
    """Series, what is asked of them, and what results are grouped by."""
    asked = Promql('sum by (le) (rate(a_total{b="c",d=~"e"}[5m] offset 1d)) > 3 * b_seconds')
    assert asked.metrics == {"a_total", "b_seconds"}
    assert asked.labels == {("a_total", "b"), ("a_total", "d")}
    assert asked.grouping == {"le"}
