"""The OpenAPI documents, held against the services themselves by requests made out of them."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import CheckContext
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

import admin_provisioning.storage
import login.storage
from servicekit.database import Revisions
from servicekit.testing import Templates, running_command

pytestmark = pytest.mark.smoke

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Check: TypeAlias = Callable[[CheckContext, Response, "Case[Any]"], bool | None]

CLIENT: Final = {"client_id": "tester", "client_secret": "a-secret-of-more-than-32-characters"}
PC: Final = {"mac": "02:00:00:00:00:01", "hostname": "lab-01"}
LIST_OF_PCS: Final = {"kind": "pc_import", "rows": [PC, PC | {"mac": "no address"}]}
GOOD_BODIES: Final[Mapping[str, Any]] = {
    "POST /v1/bulk-jobs": LIST_OF_PCS,
    "POST /v1/token": CLIENT,
    "POST /v1/pcs": PC,
    "PATCH /v1/pcs/by-mac/{mac}": {"hostname": "lab-02"},
}
EXAMPLES: Final = settings().max_examples // 8
SCOPES: Final = [
    *("pcs:read", "pcs:write", "pcs:enroll", "tokens:introspect", "metrics:read"),
    *("jobs:view", "jobs:operate", "provisioning:read", "provisioning:write"),
]
# What a schema cannot say (which MAC address is free, which cursor was given) may be refused.
EXCLUDED: Final[list[Check]] = [positive_data_acceptance]
SUCCESSES: Final = range(200, 300)
RATES: Final = {
    "SignInsPerMinuteAndAddress": 1_000_000,
    "SignInsPerMinuteAndUser": 1_000_000,
    "TokenRequestsPerMinuteAndAddress": 1_000_000,
}


@contextmanager
def service(entry: str, folder: Path, settings: Mapping[str, object]) -> Iterator[str]:
    """Run a service; gives its URL."""
    folder.mkdir()
    file = folder / "settings.json"
    file.write_text(json.dumps({**settings, "Http": {"Port": 0}}))
    with running_command(entry, folder, "serve", "--settings", str(file)) as serve:
        yield serve.read_until(r"listening on (http://\S+)")


@pytest.fixture
def login_url(templates: Templates, database_kind: str, tmp_path: Path) -> Iterator[str]:
    client = {"Secret": CLIENT["client_secret"], "Scopes": SCOPES}
    with templates.migrated(database_kind, Revisions.of(login.storage)) as database_url:
        settings = {
            "Database": {"Url": database_url},
            "Clients": {CLIENT["client_id"]: client},
            "RateLimits": RATES,
            # A run would take rows away that a request has just been answered with.
            "PcDeleteJob": {"Enabled": False},
        }
        with service("login.cli:main", tmp_path / "login", settings) as url:
            yield url


@pytest.fixture
def admin_provisioning_url(
    templates: Templates, database_kind: str, tmp_path: Path, login_url: str
) -> Iterator[str]:
    revisions = Revisions.of(admin_provisioning.storage)
    with templates.migrated(database_kind, revisions) as database_url:
        settings = {
            "Database": {"Url": database_url},
            "Login": {
                "Url": login_url,
                "ClientId": CLIENT["client_id"],
                "ClientSecret": CLIENT["client_secret"],
            },
        }
        entry = "admin_provisioning.cli:main"
        with service(entry, tmp_path / "admin_provisioning", settings) as url:
            yield url


@pytest.fixture
def authorize(login_url: str) -> Callable[[], dict[str, str]]:
    """Return the headers of a request that may do everything."""

    def headers() -> dict[str, str]:
        answer = httpx.post(f"{login_url}/v1/token", json=CLIENT).json()
        return {"Authorization": f"Bearer {answer['access_token']}"}

    return headers


def hold_to_its_word(url: str, headers: dict[str, str], known: Mapping[str, object]) -> None:
    """Send requests made out of the document, good and bad; each answer must be as it says.

    Each operation is tried on things that do not exist, and on those that are known, if it is about
    one of them.
    """
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    failures: list[Exception] = []
    for operation in _operations(schema):
        asking = _Asking(headers)
        failures += _try(operation, asking, {})
        named = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
        if named:
            failures += _try(operation, asking, named)
    if failures:
        raise ExceptionGroup("the document and the service disagree", failures)


def _operations(schema: BaseSchema) -> list[Operation]:
    """Return all operations, those last that remove what the others are tried on."""
    operations = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), "the document cannot be understood"
        operations.append(found.ok())
    return sorted(operations, key=lambda operation: operation.method.upper() == "DELETE")


class _Asking:
    """Asks one operation by somebody with a token, and holds each answer to the document.

    What is answered well is asked for without a token, too, and with a bad one; once is enough.
    """

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers
        self._excluded = EXCLUDED

    def ask(self, case: "Case[Any]") -> None:
        """Send a request; each answer must be as the document says."""
        answer = case.call_and_validate(headers=self._headers, excluded_checks=self._excluded)
        if answer.status_code in SUCCESSES:
            self._excluded = [*EXCLUDED, ignored_auth]


def _try(operation: Operation, asking: _Asking, named: Mapping[str, object]) -> list[Exception]:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: Case[Any]) -> None:
        parameters = case.path_parameters or {}
        parameters |= {name: named[name] for name in parameters.keys() & named.keys()}
        asking.ask(case)

    try:
        if operation.label in GOOD_BODIES and operation.path.count("{") == len(named):
            body = GOOD_BODIES[operation.label]
            where = dict(named)
            good = operation.Case(path_parameters=where, body=body, media_type="application/json")
            asking.ask(good)
        check()
    except Exception as error:  # noqa: BLE001 - all operations are tried, and all errors told
        error.add_note(operation.label)
        return [error]
    return []


def test_login_does_as_its_document_says(
    login_url: str, authorize: Callable[[], dict[str, str]]
) -> None:
    """No server error, no undeclared status, no answer of another shape, whatever is asked."""
    headers = authorize()
    httpx.post(f"{login_url}/v1/pcs", json=PC, headers=headers).raise_for_status()
    hold_to_its_word(login_url, headers, {"pc_id": 1, "mac": PC["mac"]})


def test_admin_provisioning_does_as_its_document_says(
    admin_provisioning_url: str, authorize: Callable[[], dict[str, str]]
) -> None:
    """No server error, no undeclared status, no answer of another shape, whatever is asked."""
    headers = authorize()
    url = f"{admin_provisioning_url}/v1/bulk-jobs"
    job = httpx.post(url, json=LIST_OF_PCS, headers=headers).raise_for_status().json()
    hold_to_its_word(admin_provisioning_url, headers, {"job_id": job["id"]})
