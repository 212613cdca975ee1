"""Who gets what: the dependency graph of the AdminProvisioning service."""

from collections.abc import AsyncIterator

import httpx
from dishka import AsyncContainer, Provider, Scope, provide
from fastapi import FastAPI

from admin_provisioning.domain.cleanup_ports import CleanupStore, CleanupView
from admin_provisioning.domain.job_queue import JobQueue
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.domain.login_api import LoginApi
from admin_provisioning.domain.ports import BulkJobRepository, FileStore, Intake
from admin_provisioning.domain.submission import Submissions
from admin_provisioning.files.directory_file_store import DirectoryFileStore
from admin_provisioning.http.api import create_api
from admin_provisioning.http.jobs_page import PageSignIn
from admin_provisioning.http.options import AdminProvisioningHttpOptions, BulkJobsOptions
from admin_provisioning.login_api.access import Access
from admin_provisioning.login_api.client import HttpLoginApi
from admin_provisioning.login_api.options import LoginApiOptions
from admin_provisioning.login_api.people import People
from admin_provisioning.storage.bulk_job_repository import SqlBulkJobRepository
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.cleanup_view import SqlCleanupView
from admin_provisioning.storage.intake import SqlIntake
from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs import Clock
from loopjobs.health import HealthChecks
from loopjobs.web import SignIn
from servicekit.http_server import HttpOptions
from servicekit.rate_limits import Rate, RateLimiter
from servicekit.tokens import KeySource, RemoteKeys, TokenVerifier

_JWKS_PATH = "/.well-known/jwks.json"


class StorageProvider(Provider):
    """The database, the files, and what stands on them."""

    scope = Scope.APP

    jobs = provide(SqlBulkJobRepository, provides=BulkJobRepository)
    intake = provide(SqlIntake, provides=Intake)
    files = provide(DirectoryFileStore, provides=FileStore)
    queue = provide(SqlJobQueue, provides=JobQueue)
    cleanup_view = provide(SqlCleanupView, provides=CleanupView)
    cleanup_store = provide(SqlCleanupStore, provides=CleanupStore)


class LoginProvider(Provider):
    """The Login service, and its keys that access tokens are verified with."""

    scope = Scope.APP

    access = provide(Access)
    login = provide(HttpLoginApi, provides=LoginApi)
    verifier = provide(TokenVerifier)
    people = provide(People)

    @provide
    async def http(self, options: LoginApiOptions) -> AsyncIterator[httpx.AsyncClient]:
        """Open connections to the Login service as they are needed; closed with the container."""
        timeout = httpx.Timeout(
            options.timeout_in_seconds, connect=options.connect_timeout_in_seconds
        )
        async with httpx.AsyncClient(base_url=options.url, timeout=timeout) as http:
            yield http

    @provide
    def keys(self, http: httpx.AsyncClient, clock: Clock) -> KeySource:
        """Fetch the keys from where Login publishes them."""
        return RemoteKeys(http, _JWKS_PATH, clock)


class HttpProvider(Provider):
    """The web application and what it asks for."""

    scope = Scope.APP

    health = provide(HealthChecks)
    submissions = provide(Submissions)
    page_sign_in = provide(PageSignIn, provides=SignIn)

    @provide
    def api(self, container: AsyncContainer, limits: BulkJobLimits) -> FastAPI:
        """Create the web application."""
        return create_api(container, limits)

    @provide
    def http_options(self, options: AdminProvisioningHttpOptions) -> HttpOptions:
        """Hand our own section to the server."""
        return options

    @provide
    def limits(self, options: BulkJobsOptions) -> BulkJobLimits:
        """Tell how much one may ask for."""
        return options.to_limits()

    @provide
    def upload_rate(self, options: BulkJobsOptions, clock: Clock) -> RateLimiter:
        """Slow down who sends lists too often."""
        return RateLimiter(Rate(options.max_uploads_per_minute, 60.0), clock)
