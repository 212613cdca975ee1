"""All about accounts, as one addition to the web application."""

from fastapi import FastAPI

from login.http.accounts.keys import create_keys_router
from login.http.accounts.no_store import NoStore
from login.http.accounts.oauth import create_oauth_router
from login.http.accounts.refusals import declare_refusals
from login.http.accounts.sign_in import create_sign_in_router
from login.http.accounts.tokens import create_tokens_router


def add_accounts(app: FastAPI) -> None:
    """Add the routes of accounts, their refusals, and what keeps tokens out of caches."""
    app.include_router(create_sign_in_router())
    app.include_router(create_tokens_router())
    app.include_router(create_oauth_router())
    app.include_router(create_keys_router())
    declare_refusals(app)
    app.add_middleware(NoStore)
