"""The page of all metrics."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import admin_provisioning.metrics
import login.metrics
from loopjobs import CancellationToken, HostBuilder, JobBody, LoopJobOptions, current_run
from loopjobs.health import Watchdog, WatchdogOptions
from loopjobs.telemetry import PrometheusMetrics, add_telemetry
from loopjobs.testing import FakeClock
from reference_pages.writing import table

METRICS: Final = {
    "Jobs and their host": "periodic_",
    "Login": "login_",
    "AdminProvisioning": "provisioning_",
}


def metrics() -> Iterator[str]:
    """Write the page."""
    yield "# Metrics"
    yield ""
    yield (
        "What `add_telemetry` measures of a host, and what Login and AdminProvisioning measure of "
        "their own, under the\nnames that Prometheus gets to see. A counter ends in `_total`, a "
        "distribution comes as `_bucket`, `_sum` and `_count`.\nWith OTLP the names have dots and "
        "neither unit nor `_total`: `periodic.job.run.duration`."
    )
    families = {family.name: family for family in asyncio.run(_exposed())}
    for title, prefix in METRICS.items():
        yield from ["", f"## {title}", ""]
        found = [family for name, family in families.items() if name.startswith(prefix)]
        head = ("Metric", "Type", "Unit", "Labels", "Meaning")
        yield from table(head, [_metric_row(family) for family in found])
    yield ""
    yield (
        "Login also has `login_keep_alive_received_total`, once there was one "
        "`login_keep_alive_newest_age_seconds`, and\n`login_refresh_reuse_detected_total`: refresh "
        "tokens that came again after their exchange, which ended a session.\n"
        "`login_pc_restored_total` counts removed PCs that came back, by themselves or by an "
        "administrator, and\n`login_pc_transitions_total` PCs whose status changed, by `to`: how "
        "much they flap."
    )


async def _exposed() -> list[Metric]:
    """Run every job once that reports something, and return what is exposed then."""
    named = (*login.metrics.NAMED, *admin_provisioning.metrics.NAMED)
    reports: dict[str, dict[str, float]] = {}
    for each in named:
        reports.setdefault(each.job, {})[each.counter] = 1
    clock = FakeClock()
    builder = add_telemetry(HostBuilder(settings_files=(), clock=clock), named=named)
    builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
    for job, counters in reports.items():
        builder.add_loop_job(_reporting(counters), Measured, name=job)
    async with builder.build() as host:
        await clock.advance(1)
        exposition = await host.container.get(PrometheusMetrics)
        body = exposition.expose("application/openmetrics-text; version=1.0.0")[1].decode()
    parse: Callable[[str], Iterator[Metric]] = text_string_to_metric_families
    return list(parse(body))


class Measured(LoopJobOptions):
    """A job that runs once while the page is written."""

    interval_in_seconds: float = 10


def _reporting(counters: Mapping[str, float]) -> JobBody:
    async def report(_ct: CancellationToken) -> None:
        current_run().report(**counters)

    return report


def _metric_row(family: Metric) -> Sequence[str]:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
    shown = ", ".join(f"`{label}`" for label in labels)
    return f"`{name}`", family.type, family.unit or "", shown, family.documentation
