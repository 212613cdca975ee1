"""The commands as processes, as a person or a service supervisor starts them."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from servicekit.testing import RunningCommand, running_command
from servicekit.testing.fixtures import on_postgresql

pytestmark = pytest.mark.smoke

MAC = "02:00:00:00:00:aa"
CLIENT_ID, SECRET = "labs", "a-secret-of-more-than-32-characters"
CLIENT = {"Secret": SECRET, "Scopes": ["pcs:enroll", "pcs:read"]}
ENVIRONMENT = {"LOGIN_CLIENT_ID": CLIENT_ID, "LOGIN_CLIENT_SECRET": SECRET}


def _login(
    folder: Path, *arguments: str, stderr: Path | None = None
) -> AbstractContextManager[RunningCommand]:
    return running_command(
        "login.cli:main", folder, *arguments, environment=ENVIRONMENT, stderr=stderr
    )


def _settings(folder: Path, database_url: str | None = None, **job: object) -> str:
    settings: dict[str, object] = {
        "Http": {"Port": 0},
        "PcKeepAliveJob": job,
        "Clients": {CLIENT_ID: CLIENT},
    }
    if database_url is not None:
        settings["Database"] = {"Url": database_url}
    file = folder / "settings.json"
    file.write_text(json.dumps(settings))
    return str(file)


@contextmanager
def _service(folder: Path, database_url: str | None = None) -> Iterator[tuple[RunningCommand, str]]:
    with _login(folder, "serve", "--settings", _settings(folder, database_url)) as serve:
        yield serve, serve.read_until(r"listening on (http://\S+)")


def _client(url: str) -> httpx.Client:
    """Return a client of the service that may register PCs and see them."""
    proof = {"client_id": CLIENT_ID, "client_secret": SECRET}
    token = httpx.post(f"{url}/v1/token", json=proof).json()["access_token"]
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"})


def test_the_service_ends_well_by_sigterm(tmp_path: Path) -> None:
    """A supervisor's SIGTERM ends it with code 0 after a clean drain."""
    with _service(tmp_path) as (serve, url):
        with _client(url) as client:
            assert client.get("/v1/pcs").json()["items"] == []
        assert serve.end(signal.SIGTERM) == 0
    assert "Traceback" not in serve.text


def test_the_log_is_json_where_the_settings_say_so(tmp_path: Path) -> None:
    """Every line, from the first to the last; --verbose wins over the level."""
    file = Path(_settings(tmp_path))
    settings = json.loads(file.read_text())
    file.write_text(json.dumps(settings | {"Logging": {"Format": "Json", "Level": "Error"}}))
    with _login(tmp_path, "serve", "--settings", str(file), "--verbose") as serve:
        serve.read_until(r"listening on (http://[^\s\"]+)")
        assert serve.end(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in serve.text.splitlines()]
    assert {"timestamp", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    assert any(line.get("job") == "PcKeepAliveJob" for line in lines)
    assert any(line["message"] == "PcKeepAliveJob: loop stopped" for line in lines)


@on_postgresql
def test_the_service_serves_on_postgresql(tmp_path: Path, empty_database_url: str) -> None:
    """It builds its tables itself, and finds its PCs again; only its keys are kept beside it."""
    answers = []
    for _ in range(2):
        with _service(tmp_path, empty_database_url) as (serve, url):
            with _client(url) as client:
                answer = client.post("/v1/pcs", json={"mac": MAC, "hostname": "front-desk"})
            answers.append(answer.status_code)
            assert serve.end(signal.SIGTERM) == 0
        assert "Traceback" not in serve.text
    assert answers == [201, 200]
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["keys"]


def test_a_database_that_is_not_there_is_explained(tmp_path: Path) -> None:
    """The service does not start, says where it looked, and keeps the password to itself."""
    file = _settings(tmp_path, "postgresql://login:hunter2@127.0.0.1:1/login")
    with _login(tmp_path, "serve", "--settings", file, "--verbose") as serve:
        assert serve.end() == 1
    assert "postgresql+psycopg://127.0.0.1:1/login" in serve.text
    assert "hunter2" not in serve.text
    assert "Traceback" not in serve.text


def test_bad_settings_are_listed(tmp_path: Path) -> None:
    """Every mistake is named with its place, without a traceback, and nothing starts."""
    file = _settings(tmp_path, IntervalInSeconds=0, ChangeStateTimeInMinutes="abc")
    with _login(tmp_path, "serve", "--settings", file) as serve:
        assert serve.end() == 2
    assert "PcKeepAliveJob:IntervalInSeconds" in serve.text
    assert "PcKeepAliveJob:ChangeStateTimeInMinutes" in serve.text
    assert "Traceback" not in serve.text
    assert not (tmp_path / "var").exists()


def test_a_taken_port_is_explained(tmp_path: Path) -> None:
    """A service that cannot start says why, without a traceback, and ends with code 1."""
    file = tmp_path / "settings.json"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        file.write_text(json.dumps({"Http": {"Port": port}}))
        with _login(tmp_path, "serve", "--settings", str(file), "--verbose") as serve:
            assert serve.end() == 1
    assert f"port {port}" in serve.text
    assert "Traceback" not in serve.text


def test_the_agent_comes_and_says_goodbye(tmp_path: Path) -> None:
    """The service lists the agent's machine online, and offline as soon as the agent has ended."""
    with _service(tmp_path) as (serve, url), _client(url) as client:
        arguments = ("agent", "--server", url, "--mac", MAC, "--name", "front-desk")
        with _login(tmp_path, *arguments) as agent:
            agent.read_until("(this PC is online)")
            (online,) = client.get("/v1/pcs").json()["items"]
            assert agent.end(signal.SIGTERM) == 0
        (offline,) = client.get("/v1/pcs").json()["items"]
        assert serve.end(signal.SIGINT) == 0
    assert (online["hostname"], online["status"]) == ("front-desk", "online")
    assert (offline["status"], offline["status_reason"]) == ("offline", "client")
    assert "lpc_" not in agent.text + serve.text
    assert SECRET not in agent.text + serve.text


def test_an_agent_with_a_wrong_secret_is_told(tmp_path: Path) -> None:
    """Code 1, and what to look at; no traceback and no secret."""
    wrong = tmp_path / "secret"
    wrong.write_text("wrong-" * 8)
    with _service(tmp_path) as (_, url):
        arguments = ("agent", "--server", url, "--mac", MAC, "--client-secret-file", str(wrong))
        with _login(tmp_path, *arguments) as agent:
            assert agent.end() == 1
    assert "does not let the client 'labs' register PCs" in agent.text
    assert "wrong-" not in agent.text
    assert "Traceback" not in agent.text


def test_a_simulation_loads_a_service(tmp_path: Path) -> None:
    """Fifty PCs over real HTTP: no errors, and a summary when the time is over."""
    with _service(tmp_path) as (_, url):
        options = ("--pcs", "50", "--duration", "3", "--keep-alive-interval", "0.5")
        with _login(tmp_path, "simulate", "--server", url, *options) as simulate:
            assert simulate.end() == 0
    assert re.match(r"50 PCs in \d.* errors 0 ", simulate.lines[-1])
