"""The web application: routes, guards, refusals."""

from http import HTTPStatus

from dishka import AsyncContainer
from fastapi import FastAPI

from login.domain.errors import (
    CredentialOfAnotherPcError,
    CredentialUnknownError,
    MacTakenError,
    PcNotFoundError,
    PcRemovedError,
)
from login.http.accounts.oauth import FORM
from login.http.accounts.routes import add_accounts
from login.http.jobs import create_jobs_router
from login.http.keep_alives import create_keep_alives_router
from login.http.pcs import create_pcs_router
from login.http.provisioning import create_provisioning_router
from login.http.speaking_pc import CHALLENGE
from servicekit.health import create_health_router
from servicekit.jobs_page import FORMS, add_jobs_page
from servicekit.metrics import create_metrics_router
from servicekit.problems import ProblemApi, refuse
from servicekit.provided import provide_from
from servicekit.requests import RequestGuard


def create_api(container: AsyncContainer) -> FastAPI:
    """Create the web application; the container provides what the endpoints ask for."""
    app = ProblemApi(title="Login", version="1")
    app.include_router(create_keep_alives_router())
    app.include_router(create_pcs_router())
    app.include_router(create_provisioning_router())
    app.include_router(create_jobs_router())
    app.include_router(create_health_router())
    app.include_router(create_metrics_router())
    add_jobs_page(app)
    refuse(app, PcNotFoundError, HTTPStatus.NOT_FOUND, "login:pc-not-found")
    refuse(app, PcRemovedError, HTTPStatus.GONE, "login:pc-removed")
    refuse(app, MacTakenError, HTTPStatus.CONFLICT, "login:mac-taken")
    add_accounts(app)
    unknown = "login:credential-unknown"
    refuse(app, CredentialUnknownError, HTTPStatus.UNAUTHORIZED, unknown, CHALLENGE)
    refuse(app, CredentialOfAnotherPcError, HTTPStatus.FORBIDDEN, "login:credential-of-another-pc")
    provide_from(container, app)
    app.add_middleware(RequestGuard, uploads=(FORM,), forms=(FORMS,))
    return app
