"""The options in force as people see them: value and source, and no secret."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import Field, RootModel, SecretStr

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions, Options, ShownOption
from loopjobs.testing import FakeClock


class Smtp(Options):
    server: str = "localhost"
    password: SecretStr = SecretStr("")


class MailOptions(LoopJobOptions):
    interval_in_seconds: float = 60
    smtp: Smtp = Smtp()
    recipients: list[str] = Field(default_factory=list)


class Clients(Options):
    known: dict[str, Smtp] = Field(default_factory=dict)


async def mail(ct: CancellationToken) -> None:
    """Send what is waiting.

    Nothing of this line is shown.
    """


class Silent:
    async def execute(self, ct: CancellationToken) -> None:
        pass


def host_of(folder: Path, content: object, settings: Mapping[str, object] | None = None) -> Host:
    file = folder / "settings.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    builder = HostBuilder(settings_files=[file], settings=settings, clock=FakeClock())
    builder.add_options(Clients, "Clients")
    builder.add_loop_job(mail, MailOptions, section_name="Jobs:Mail")
    return builder.add_loop_job(Silent, LoopJobOptions).build()


SILENT = {"Silent": {"IntervalInSeconds": 5}}


def shown(host: Host, section: str) -> dict[str, ShownOption]:
    return {each.key: each for each in host.settings[section]}


def test_each_value_is_shown_with_where_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, environment variable, code, default: an operator asks exactly that."""
    monkeypatch.setenv("Jobs__Mail__Smtp__Server", "mail.example")
    content = {"Jobs": {"Mail": {"intervalInSeconds": 30}}, **SILENT}
    options = shown(host_of(tmp_path, content, {"Jobs:Mail:TimeoutInSeconds": 9}), "Jobs:Mail")
    told = {key: (options[key].value, options[key].source) for key in options}
    assert told["IntervalInSeconds"] == ("30", str(tmp_path / "settings.json"))
    assert told["Smtp:Server"] == (
        "mail.example",
        "environment variable Jobs__Mail__Smtp__Server",
    )
    assert told["TimeoutInSeconds"] == ("9", "settings given in code")
    assert told["SkipIfRunning"] == ("true", "default")
    assert told["Pacing"] == ("FixedRate", "default")
    assert told["Recipients"] == ("[]", "default")


def test_a_secret_is_masked_wherever_it_stands(tmp_path: Path) -> None:
    """By its type, by its key, and inside of a mapping; its source is shown."""
    known = {"robot": {"Server": "a", "Password": "swordfish"}}
    content = {"Clients": {"Known": known}, "Jobs": {"Mail": {}}, **SILENT}
    host = host_of(tmp_path, content, {"Jobs:Mail:Smtp:Password": "swordfish"})
    clients, options = shown(host, "Clients"), shown(host, "Jobs:Mail")
    assert clients["Known:robot:Password"].value == "***"
    assert clients["Known:robot:Password"].is_secret
    assert clients["Known:robot:Server"].value == "a"
    assert options["Smtp:Password"] == ShownOption(
        "Smtp:Password", "***", "settings given in code", is_secret=True
    )
    every = [str(each) for section in host.settings.values() for each in section]
    assert "swordfish" not in "".join(every)


class Relays(RootModel[list[Smtp]]):
    pass


class Fleet(Options):
    relays: Relays = Relays([])


def test_a_list_of_sections_is_shown_entry_by_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each value with its own source; one that nobody gave is a default like any other."""
    monkeypatch.setenv("Fleet__Relays__1__Password", "swordfish")
    file = tmp_path / "settings.json"
    file.write_text('{"Fleet": {"Relays": [{"Server": "a"}, {"Server": "b"}]}}', encoding="utf-8")
    builder = HostBuilder(settings_files=[file]).add_options(Fleet, "Fleet")
    told = {each.key: (each.value, each.source) for each in builder.build().settings["Fleet"]}
    assert told == {
        "Relays:0:Server": ("a", str(file)),
        "Relays:0:Password": ("***", "default"),
        "Relays:1:Server": ("b", str(file)),
        "Relays:1:Password": ("***", "environment variable Fleet__Relays__1__Password"),
    }


def test_every_section_is_there_that_is_bound(tmp_path: Path) -> None:
    """The host's own comes first; a job tells which is its section."""
    host = host_of(tmp_path, {"Jobs": {"Mail": {}}, **SILENT})
    assert list(host.settings) == ["Host", "Clients", "Jobs:Mail", "Silent"]
    assert len(host.settings) == 4
    assert host.jobs["mail"].section == "Jobs:Mail"
    assert shown(host, "Host")["ShutdownTimeoutInSeconds"].value == "30"
    assert [each.key for each in host.settings["Clients"]] == ["Known"]


def test_a_job_says_what_it_is_for_by_the_first_line_of_its_docstring(tmp_path: Path) -> None:
    """Empty without one."""
    host = host_of(tmp_path, {"Jobs": {"Mail": {}}, **SILENT})
    told = {name: job.description for name, job in host.jobs.items()}
    assert told == {"mail": "Send what is waiting.", "Silent": ""}


async def test_after_a_reload_the_new_values_are_shown(tmp_path: Path) -> None:
    """A reading that is not taken over changes nothing."""
    host = host_of(tmp_path, {"Jobs": {"Mail": {}}, **SILENT})
    async with host:
        for interval, expected in ((7, "7"), (-1, "7")):
            content = {"Jobs": {"Mail": {"IntervalInSeconds": interval}}, **SILENT}
            (tmp_path / "settings.json").write_text(json.dumps(content), encoding="utf-8")
            await host.reload_settings()
            assert shown(host, "Jobs:Mail")["IntervalInSeconds"].value == expected


class Odd(LoopJobOptions):
    text: str = ""
    share: float = 0.1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain text", "plain text"),
        ("", "''"),
        ("true", "'true'"),
        ("15", "'15'"),
        (" padded ", "' padded '"),
        ("two\nlines", r"'two\nlines'"),
        ("smtp://me:swordfish@host", "smtp://***@host"),
    ],
)
def test_a_text_has_quotes_only_where_it_would_pass_for_something_else(
    given: str, expected: str
) -> None:
    """For a person, not for a program."""
    settings = {"Silent": {"IntervalInSeconds": 5, "Text": given, "Share": 1 / 10_800}}
    builder = HostBuilder(settings_files=(), settings=settings)
    options = shown(builder.add_loop_job(Silent, Odd).build(), "Silent")
    assert options["Text"].value == expected
    assert options["Share"].value == "9.25926e-05"
    assert options["IntervalInSeconds"].value == "5"
