"""The services, started as their images and manifests start them; no image is built here."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import run
from typing import Any, Final

import httpx
import pytest
import yaml

import loopjobs.cli
from servicekit.testing import running_command

from .resources import DEPLOY, SERVICES, Image, Manifests, settings_name

ENTRIES: Final = {
    "login": ("login.cli:main", "login.app:build_host_builder"),
    "admin-provisioning": (
        "admin_provisioning.cli:main",
        "admin_provisioning.app:build_host_builder",
    ),
}
SECRET: Final = "x" * 32
SUBSTITUTED: Final = re.compile(r"\$\{\w+:\?choose one\}")
COMPOSE: Final[Mapping[str, Any]] = yaml.safe_load(
    (DEPLOY / "containers/compose.yaml").read_text(encoding="utf-8")
)


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """Return settings with something in the place of each secret."""
    return {
        name: "postgresql://someone@db.example/service" if name.endswith("Url") else SECRET
        for name in environment
    }


def environment_of(service: str) -> dict[str, str]:
    """Return the settings that image and manifest give by the environment."""
    image = {name: text for name, text in Image(service).environment.items() if settings_name(name)}
    return image | given(dict.fromkeys(Manifests(service).secrets, ""))


def checked(service: str, *files: Path) -> int | str | None:
    """Have the command check the settings of a service; return its exit code."""
    named = [each for file in files for each in ("--settings", str(file))]
    with pytest.raises(SystemExit) as ended:
        loopjobs.cli.main(["check", ENTRIES[service][1], *named])
    return ended.value.code


@pytest.mark.parametrize("service", SERVICES)
def test_the_manifests_give_settings_that_the_service_takes(
    service: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every key is known and every value fits, the environment included."""
    file = tmp_path / "appsettings.json"
    file.write_text(Manifests(service).settings_text, encoding="utf-8")
    for name, value in environment_of(service).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    assert checked(service, file) == 0
    printed = capsys.readouterr().out
    for name in environment_of(service):
        assert name in printed, "a variable that nothing reads"
    file.write_text(file.read_text(encoding="utf-8").replace('"Port"', '"Prot"'), encoding="utf-8")
    assert checked(service, file) != 0


@pytest.mark.parametrize("service", SERVICES)
def test_compose_gives_settings_that_the_service_takes(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it substitutes are secrets; the ports and the time for a stop are those of the image."""
    described = COMPOSE["services"][service]
    for name, value in described["environment"].items():
        monkeypatch.setenv(name, SUBSTITUTED.sub(SECRET, value))
    file = tmp_path / "none.json"
    file.write_text("{}", encoding="utf-8")
    assert checked(service, file) == 0
    port = Image(service).last("EXPOSE")
    assert described["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert described["read_only"]
    assert described["build"]["target"] == service
    assert described["stop_grace_period"] == "45s"


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_starts_what_it_is_called_after(service: str) -> None:
    """On a base that is pinned to a version of Python and of its distribution."""
    image = Image(service)
    assert image.base == "docker.io/library/python:3.13-slim-trixie"
    assert (image.last("ENTRYPOINT"), image.last("CMD")) == (f'["{service}"]', '["serve"]')


@pytest.fixture(params=SERVICES)
def started(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A service with its own settings, but for the database and where it listens and writes."""
    service: str = request.param
    (tmp_path / "appsettings.json").write_text(Manifests(service).settings_text, encoding="utf-8")
    own = {name: tmp_path / "data" for name in environment_of(service) if "Directory" in name}
    elsewhere = {
        **{name: str(path) for name, path in own.items()},
        "Database__Url": f"sqlite+aiosqlite:///{tmp_path / 'service.db'}",
        "Http__Host": "127.0.0.1",
        "Http__Port": "0",
    }
    environment = environment_of(service) | elsewhere
    with running_command(ENTRIES[service][0], tmp_path, "serve", environment=environment) as serve:
        yield service, int(serve.read_until(r"listening on http://127\.0\.0\.1:(\d+)"))


def how_it_says_it_is(service: str, port: int, path: str = "/health/live") -> int:
    """Run the health check of an image on another port; return its exit code."""
    image = Image(service)
    python, *arguments = image.health_command
    assert python == "python"
    there = [
        each.replace(f":{image.last('EXPOSE')}/health/live", f":{port}{path}") for each in arguments
    ]
    assert there != arguments
    return run([sys.executable, *there], check=False, capture_output=True).returncode


@pytest.mark.smoke
def test_what_is_probed_and_scraped_is_there(started: tuple[str, int]) -> None:
    """Probes are answered yes, the image calls itself well, and metrics ask who is there."""
    service, port = started
    container, url = Manifests(service).container, f"http://127.0.0.1:{port}"
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert httpx.get(url + container[probe]["httpGet"]["path"]).status_code == 200
    assert httpx.get(f"{url}/metrics").status_code == 401
    assert how_it_says_it_is(service, port) == 0
    assert how_it_says_it_is(service, port, "/health/nowhere") == 1
