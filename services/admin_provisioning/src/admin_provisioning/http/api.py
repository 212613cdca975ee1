"""The web application: routes, guards, refusals."""

from http import HTTPStatus
from typing import Final

from dishka import AsyncContainer
from fastapi import FastAPI

from admin_provisioning.domain.errors import (
    BulkJobGoneError,
    BulkJobNotFoundError,
    BulkJobStateError,
    KeyGoneError,
    KeyReusedError,
    TooManyUnfinishedError,
)
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.http.bulk_jobs import create_bulk_jobs_router
from admin_provisioning.http.downloads import create_downloads_router
from admin_provisioning.http.list_problems import refuse_bad_lists
from admin_provisioning.http.uploads import create_uploads_router, limits_of_uploads
from servicekit.health import create_health_router
from servicekit.jobs_page import FORMS, add_jobs_page
from servicekit.metrics import create_metrics_router
from servicekit.problems import ProblemApi, refuse
from servicekit.provided import provide_from
from servicekit.requests import RequestGuard

_SOON: Final = {"Retry-After": "60"}


def create_api(container: AsyncContainer, limits: BulkJobLimits) -> FastAPI:
    """Create the web application; the container provides what the endpoints ask for."""
    app = ProblemApi(title="AdminProvisioning", version="1")
    app.include_router(create_uploads_router())
    app.include_router(create_bulk_jobs_router())
    app.include_router(create_downloads_router())
    app.include_router(create_health_router())
    app.include_router(create_metrics_router())
    add_jobs_page(app)
    _refuse(app)
    provide_from(container, app)
    app.add_middleware(RequestGuard, uploads=(limits_of_uploads(limits),), forms=(FORMS,))
    return app


def _refuse(app: FastAPI) -> None:
    refuse_bad_lists(app)
    conflict, gone, many = HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS
    refuse(app, BulkJobNotFoundError, HTTPStatus.NOT_FOUND, "provisioning:bulk-job-not-found")
    refuse(app, BulkJobGoneError, gone, "provisioning:bulk-job-gone")
    refuse(app, BulkJobStateError, conflict, "provisioning:bulk-job-state")
    refuse(app, KeyReusedError, conflict, "provisioning:idempotency-key-reused")
    refuse(app, KeyGoneError, gone, "provisioning:idempotency-key-gone")
    refuse(app, TooManyUnfinishedError, many, "provisioning:too-many-unfinished", _SOON)
