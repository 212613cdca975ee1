"""Which services the settings may name."""

import pytest
from pydantic import ValidationError

from login.credentials.clients import ClientsOptions

from .people import CLIENT_SECRET


@pytest.mark.parametrize(
    ("client_id", "client", "rule"),
    [
        ("a b", {}, "has an id that is not"),
        ("", {}, "has an id that is not"),
        ("a\n", {}, "has an id that is not"),
        ("a" * 57, {}, "has an id that is not"),
        ("a", {"Secret": "too short"}, "at least 32"),
        ("a", {"PreviousSecret": "too short"}, "at least 32"),
        ("a", {"Scopes": ["everything"]}, "pcs:read"),
        ("a", {"Secrets": "x"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    client_id: str, client: dict[str, object], rule: str
) -> None:
    """The rule is told, and no secret with it."""
    known = {"Secret": CLIENT_SECRET, "Scopes": ["pcs:read"]}
    with pytest.raises(ValidationError, match=rule) as refused:
        ClientsOptions.model_validate({client_id: {**known, **client}})
    assert CLIENT_SECRET not in str(refused.value)
    assert "too short" not in str(refused.value)


def test_settings_from_the_environment_fit() -> None:
    """Keys in capitals, scopes in one text; nothing shows the secret."""
    given = {"a": {"SECRET": CLIENT_SECRET, "SCOPES": "pcs:read  pcs:write"}}
    clients = ClientsOptions.model_validate(given)
    assert clients.by_id["a"].scopes == {"pcs:read", "pcs:write"}
    assert CLIENT_SECRET not in repr(clients) + str(clients) + clients.model_dump_json()


@pytest.mark.parametrize("missing", ["Secret", "Scopes"])
def test_a_client_needs_both(missing: str) -> None:
    """A service without a secret, or without a right, is a mistake."""
    known = {"Secret": CLIENT_SECRET, "Scopes": ["pcs:read"]}
    del known[missing]
    with pytest.raises(ValidationError, match="must have a Secret and Scopes"):
        ClientsOptions.model_validate({"a": known})
