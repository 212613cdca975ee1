"""Composition: what the AdminProvisioning service consists of, in the order in which it starts."""

import os
from collections.abc import Mapping, Sequence

import admin_provisioning.storage
from admin_provisioning.files.options import FilesOptions
from admin_provisioning.http.options import AdminProvisioningHttpOptions, BulkJobsOptions
from admin_provisioning.jobs.bulk_job_cleanup import BulkJobCleanup
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.jobs.bulk_job_worker import BulkJobWorker
from admin_provisioning.jobs.bulk_job_worker_options import BulkJobWorkerOptions
from admin_provisioning.login_api.options import LoginApiOptions
from admin_provisioning.metrics import NAMED, AdminProvisioningTelemetryOptions
from admin_provisioning.storage.options import AdminProvisioningDatabaseOptions
from admin_provisioning.wiring import (
    HttpProvider,
    LoginProvider,
    StorageProvider,
)
from loopjobs import Clock, HostBuilder
from loopjobs.logs import LogOutput, add_logging
from loopjobs.telemetry import add_telemetry
from servicekit.database import Revisions
from servicekit.foundation import add_foundation
from servicekit.http_server import HttpServer
from servicekit.jobs_page import JobsPageProvider
from servicekit.tokens import TokenOptions


def build_host_builder(
    *,
    settings_files: Sequence[str | os.PathLike[str]] | None = None,
    settings: Mapping[str, object] | None = None,
    environment: str | None = None,
    clock: Clock | None = None,
    log: LogOutput | None = None,
) -> HostBuilder:
    """Return a builder with the whole AdminProvisioning service on it; `.run()` serves it.

    The log comes first, then telemetry, the watchdog, the schema and the history of the jobs. The
    HTTP server comes last: it listens when all else is ready, and is the first to stop.

    Args:
        settings_files: As for `HostBuilder`.
        settings: As for `HostBuilder`; sections are `Database`, `Http`, `Tokens`, `Login`,
            `Files`, `BulkJobs`, `Telemetry`, `Watchdog`, `History`, `Leases`, and one for
            each job under its name.
        environment: As for `HostBuilder`.
        clock: As for `HostBuilder`.
        log: How the service writes the log of the process, together with the section `Logging`;
            without it the log is left to whoever runs the host.
    """
    builder = HostBuilder(
        settings_files=settings_files, settings=settings, environment=environment, clock=clock
    )
    if log is not None:
        add_logging(builder, log)
    add_telemetry(builder, AdminProvisioningTelemetryOptions, named=NAMED)
    builder.add_options(AdminProvisioningHttpOptions, "Http")
    builder.add_options(TokenOptions, "Tokens")
    builder.add_options(LoginApiOptions, "Login")
    builder.add_options(FilesOptions, "Files")
    builder.add_options(BulkJobsOptions, "BulkJobs")
    builder.add_provider(StorageProvider(), LoginProvider(), HttpProvider())
    builder.add_provider(JobsPageProvider("AdminProvisioning"))
    add_foundation(
        builder, AdminProvisioningDatabaseOptions, Revisions.of(admin_provisioning.storage)
    )
    builder.add_loop_job(BulkJobWorker, BulkJobWorkerOptions)
    builder.add_loop_job(BulkJobCleanup, BulkJobCleanupOptions)
    builder.add_hosted_service(HttpServer)
    return builder
