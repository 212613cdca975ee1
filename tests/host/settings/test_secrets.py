"""Secrets are in no message."""

from collections.abc import Mapping
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field, SecretBytes, SecretStr, model_validator

from loopjobs import Options
from loopjobs._host.settings import SettingsSources
from loopjobs._host.settings.showing import scrubbed

HIDDEN = "hunter2 of the night"


def messages(options: type[Options], section: Mapping[str, object], name: str = "S") -> str:
    """Bind a section of settings given in code, and return all that is said of it."""
    sources = SettingsSources(settings_files=[], settings={name: section}, environment=None)
    settings = sources.read()
    bound = settings.bind(options, name)
    assert bound.problems
    return "\n".join(map(str, [*bound.problems, settings]))


@pytest.mark.parametrize(
    "name",
    ["password", "api_key", "access_token", "connection_string", "client_secret", "db_pwd"],
)
def test_values_of_keys_that_look_secret_are_hidden(name: str) -> None:
    """Whatever the type of the field."""
    options = type("Made", (Options,), {"__annotations__": {name: int}})
    said = messages(options, {name.replace("_", ""): HIDDEN})
    assert said.count("given ***") == 1
    assert HIDDEN not in said


@pytest.mark.parametrize(
    "annotation",
    [
        Annotated[SecretStr, Field(max_length=3)],
        Annotated[SecretBytes | None, Field(max_length=3)],
    ],
)
def test_values_of_secret_fields_are_hidden(annotation: object) -> None:
    """Whatever the name of the key."""
    options = type("Made", (Options,), {"__annotations__": {"key": annotation}})
    said = messages(options, {"Key": HIDDEN})
    assert "given ***" in said
    assert HIDDEN not in said


def test_secrets_inside_lists_and_dicts_are_hidden() -> None:
    """The type of the items, or the name in the dict, gives them away."""

    class Hidden(Options):
        listed: list[Annotated[SecretStr, Field(max_length=3)]]
        named: dict[str, int]
        whole: Annotated[list[SecretStr], Field(max_length=1)]

    said = messages(
        Hidden,
        {"Listed": [HIDDEN], "Named": {"apiToken": HIDDEN}, "Whole": [HIDDEN, HIDDEN]},
    )
    assert said.count("given ***") == 2
    assert "given [***, ***]" in said
    assert HIDDEN not in said


def test_a_section_of_secrets_is_hidden() -> None:
    """Every value of `ConnectionStrings`, but not those of `TokenCleanupJob`."""

    class Sizes(Options):
        size: int

    assert "given ***" in messages(Sizes, {"Size": HIDDEN}, "ConnectionStrings")
    assert HIDDEN in messages(Sizes, {"Size": HIDDEN}, "TokenCleanupJob")


def test_durations_about_secrets_are_shown() -> None:
    """The lifetime of a token is not a token."""

    class Tokens(Options):
        token_lifetime_in_minutes: float

    assert "given 'x'" in messages(Tokens, {"TokenLifetimeInMinutes": "x"})


def test_a_secret_that_a_validator_repeats_is_hidden() -> None:
    """Also where the validator is that of the whole section."""

    def refuse(value: str) -> str:
        raise ValueError(f"{value!r} is too weak")

    class Login(Options):
        password: Annotated[str, AfterValidator(refuse)]

    class Pair(Options):
        password: str = ""

        @model_validator(mode="after")
        def _refuse(self) -> "Pair":
            raise ValueError(f"no user for {self.password}")

    assert "S:Password: '***' is too weak, given ***" in messages(Login, {"Password": HIDDEN})
    assert "S: no user for ***" in messages(Pair, {"Password": HIDDEN})
    assert "S: no user for  " in messages(Pair, {"Password": ""})


def test_a_secret_default_is_hidden() -> None:
    """The remedy does not show it, nor does the complaint about it."""

    class Login(Options):
        password: str = Field(HIDDEN, max_length=3)

    assert HIDDEN not in messages(Login, {})
    assert HIDDEN not in messages(Login, {"Password": "long"})


def test_credentials_inside_texts_are_hidden() -> None:
    """URLs and connection strings under innocent keys keep their passwords to themselves."""

    class Store(Options):
        url: int
        dsn: int

    said = messages(
        Store, {"Url": "pg://me:hun/ter2@host/db", "Dsn": "Host=h;Password=hunter2;P=1"}
    )
    assert "'pg://***@host/db'" in said
    assert "'Host=h;Password=***;P=1'" in said


@given(st.text(min_size=4), st.text(), st.text())
def test_a_scrubbed_text_does_not_hold_the_secret(secret: str, before: str, after: str) -> None:
    """Unless the mask itself is the secret."""
    assert scrubbed(secret, [secret]) == "***"
    if "*" not in secret:
        assert secret not in scrubbed(before + secret + after, [secret])


def test_short_secrets_are_scrubbed_as_words() -> None:
    """A secret of one digit must not make every number unreadable."""
    assert scrubbed("at most 10, not 1", ["1"]) == "at most 10, not ***"
