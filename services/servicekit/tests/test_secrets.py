"""The look-out that all tests keep for secrets in the log."""

import logging
import secrets
from datetime import UTC, datetime

import pytest

from loopjobs.testing import FakeClock
from servicekit.testing import TokenMint
from servicekit.testing.fixtures import secrets_logged
from servicekit.testing.secrets import secrets_in

TOKEN = f"lrt_{secrets.token_urlsafe(32)}"


@pytest.mark.parametrize("prefix", ["lrt_", "lpr_", "lpc_"])
def test_what_the_services_issue_is_recognized(prefix: str) -> None:
    """Refresh tokens, tokens for new passwords, credentials of PCs."""
    text = f"refused {prefix}{secrets.token_urlsafe(32)} again"
    assert list(secrets_in(text)) == ["opaque token"]


def test_access_tokens_hashes_and_keys_are_recognized() -> None:
    """Wherever in the text they are."""
    mint = TokenMint(FakeClock(now=datetime(2026, 11, 24, tzinfo=UTC)))
    (header,) = mint.headers("user:7", "pcs:read").values()
    assert list(secrets_in(f"sent {header}!")) == ["access token"]
    assert list(secrets_in("kept $argon2id$v=19$m=19456,t=2,p=1$...")) == ["password hash"]
    assert list(secrets_in("-----BEGIN PRIVATE KEY-----")) == ["private key"]


@pytest.mark.parametrize(
    "text", ["lrt_unknown", "GET /v1/pcs/1 200", "mac=02:00:00:**:**:**", "lpc_delete done"]
)
def test_what_is_no_secret_is_let_pass(text: str) -> None:
    """Names, requests, and what tests make up."""
    assert list(secrets_in(text)) == []


@pytest.mark.parametrize("where", ["message", "field", "traceback"])
def test_a_secret_is_found_wherever_a_record_has_it(where: str) -> None:
    """In the text, in a field, in an error that goes with it."""
    error = ValueError(TOKEN if where == "traceback" else "odd")
    record = logging.LogRecord(
        "login",
        logging.ERROR,
        __file__,
        1,
        "refused %s",
        (TOKEN if where == "message" else "it",),
        (ValueError, error, None),
    )
    if where == "field":
        record.token = TOKEN
    assert list(secrets_logged([record])) == ["opaque token in a record of login"]
    assert list(secrets_logged([logging.makeLogRecord({"msg": "fine"})])) == []
