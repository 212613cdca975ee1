"""Composition: what the Login service consists of, in the order in which it starts."""

import os
from collections.abc import Mapping, Sequence

import login.storage
from login.accounts_wiring import AccountsProvider, TokenProvider
from login.credentials.clients import ClientsOptions
from login.credentials.key_ring import KeyRing
from login.credentials.options import LoginTokenOptions, PasswordOptions
from login.http.accounts.options import RateLimitOptions
from login.http.options import KeepAliveOptions
from login.jobs.pc_delete import PcDeleteJob
from login.jobs.pc_delete_options import PcDeleteJobOptions
from login.jobs.pc_keep_alive import PcKeepAliveJob
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions
from login.jobs.token_cleanup import TokenCleanupJob
from login.jobs.token_cleanup_options import TokenCleanupJobOptions
from login.metrics import NAMED, LoginTelemetryOptions
from login.storage.options import LoginDatabaseOptions
from login.wiring import HttpProvider, StorageProvider
from loopjobs import Clock, HostBuilder
from loopjobs.logs import LogOutput, add_logging
from loopjobs.telemetry import add_telemetry
from servicekit.database import Revisions
from servicekit.foundation import add_foundation
from servicekit.http_server import HttpOptions, HttpServer
from servicekit.jobs_page import JobsPageProvider


def build_host_builder(
    *,
    settings_files: Sequence[str | os.PathLike[str]] | None = None,
    settings: Mapping[str, object] | None = None,
    environment: str | None = None,
    clock: Clock | None = None,
    log: LogOutput | None = None,
) -> HostBuilder:
    """Return a builder with the whole Login service on it; `.run()` serves it.

    The log comes first, then telemetry, the watchdog, the schema and the history of the jobs. The
    HTTP server comes last: it listens when all else is ready, and is the first to stop.

    Args:
        settings_files: As for `HostBuilder`.
        settings: As for `HostBuilder`; sections are `Database`, `Http`, `KeepAlive`, `Tokens`,
            `Passwords`, `Clients`, `RateLimits`, `Telemetry`, `Watchdog`, `History`, `Leases`, and
            one for each job under its name.
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
    add_telemetry(builder, LoginTelemetryOptions, named=NAMED)
    builder.add_options(HttpOptions, "Http")
    builder.add_options(KeepAliveOptions, "KeepAlive")
    builder.add_options(LoginTokenOptions, "Tokens")
    builder.add_options(PasswordOptions, "Passwords")
    builder.add_options(ClientsOptions, "Clients")
    builder.add_options(RateLimitOptions, "RateLimits")
    builder.add_provider(StorageProvider(), HttpProvider())
    builder.add_provider(TokenProvider(), AccountsProvider(), JobsPageProvider("Login"))
    add_foundation(builder, LoginDatabaseOptions, Revisions.of(login.storage))
    builder.add_hosted_service(KeyRing)
    builder.add_loop_job(PcKeepAliveJob, PcKeepAliveJobOptions)
    builder.add_loop_job(PcDeleteJob, PcDeleteJobOptions)
    builder.add_loop_job(TokenCleanupJob, TokenCleanupJobOptions)
    builder.add_hosted_service(HttpServer)
    return builder
