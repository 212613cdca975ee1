"""What AdminProvisioning measures, under the names that it has in Prometheus."""

import httpx

from loopjobs import Host
from servicekit.testing import TokenMint
from servicekit.testing.exposition import OPENMETRICS, Exposition
from servicekit.testing.fixtures import on_any_database

pytestmark = on_any_database

NAMES = {
    "provisioning_rows_done": ("counter", ""),
    "provisioning_bulk_jobs_claimed": ("counter", ""),
    "provisioning_bulk_jobs_let_go": ("counter", ""),
    "provisioning_bulk_jobs_deleted": ("counter", ""),
    "provisioning_bulk_jobs_reaped": ("counter", ""),
    "provisioning_bulk_jobs_requeued": ("counter", ""),
    "provisioning_items_deleted": ("counter", ""),
    "provisioning_orphan_files_deleted": ("counter", ""),
    "provisioning_cleanup_failures": ("counter", ""),
}
"""Beside the backlog of the cleanup and its lag, which are known when it has run."""


async def test_what_jobs_do_is_measured(
    host: Host, client: httpx.AsyncClient, mint: TokenMint
) -> None:
    """With 0 before they have done anything, for whoever may read it."""
    headers = mint.headers("client:prometheus", "metrics:read") | {"Accept": OPENMETRICS}
    exposition = Exposition((await client.get("/metrics", headers=headers)).content)
    families = exposition.families.items()
    assert {name: kind for name, kind in families if name.startswith("provisioning_")} == NAMES
    assert exposition.value("provisioning_rows_done_total", result="failed") == 0
    jobs = exposition.values("periodic_job_interval_seconds")
    assert len(jobs) == len(host.jobs)
    assert exposition.value("target_info", service_name="admin-provisioning") == 1


async def test_others_may_not_read_it(client: httpx.AsyncClient, mint: TokenMint) -> None:
    """It takes the scope of those who measure."""
    other = mint.headers("user:7", "provisioning:read", "provisioning:write", "jobs:operate")
    assert (await client.get("/metrics", headers=other)).status_code == 403
