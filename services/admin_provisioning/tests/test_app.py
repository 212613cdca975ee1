"""The service as a whole, from start to stop."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from admin_provisioning.app import build_host_builder
from admin_provisioning.cli import main
from loopjobs import SettingsError, SystemClock
from servicekit.http_server import HttpServer
from servicekit.testing import TokenMint
from servicekit.testing.token_mint import KEY_ID
from servicekit.tokens import JwksDocument

from .desk import CSV, ME, PATH, WRITE


@contextmanager
def login_publishing(document: bytes) -> Iterator[str]:
    """Run a Login service of which nothing is there but its keys; gives its address."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/.well-known/jwks.json" else 404)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings(directory: Path, **more: object) -> dict[str, object]:
    return {
        "Database": {"Url": f"sqlite+aiosqlite:///{directory}/var/bulk.db"},
        "Http": {"Port": 0},
        "Files": {"Directory": str(directory / "var" / "files")},
        **more,
    }


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Take back what a command does to the logging of its process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.basicConfig(level=level, handlers=handlers, force=True)


@asynccontextmanager
async def serving(
    chosen: dict[str, object], headers: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    async with build_host_builder(settings_files=[], settings=chosen).build() as host:
        url = (await host.container.get(HttpServer)).url
        async with httpx.AsyncClient(base_url=url, headers=headers) as client:
            yield client


async def test_a_list_is_taken_in_and_its_job_is_there_after_a_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """From an empty directory, with the keys of a real Login; no token is ever logged."""
    caplog.set_level(logging.DEBUG)
    mint = TokenMint(SystemClock())
    key = await mint.find(KEY_ID)
    assert key is not None
    headers = mint.headers(ME, WRITE)
    with login_publishing(JwksDocument.of([key]).model_dump_json().encode()) as login:
        chosen = settings(tmp_path, Login={"Url": login})
        async with serving(chosen, headers) as client:
            form, files = {"kind": "pc_import"}, {"file": CSV.encode()}
            sent = await client.post(PATH, data=form, files=files)
            assert sent.status_code == 202
        async with serving(chosen, headers) as client:
            shown = await client.get(sent.headers["location"])
            assert shown.json()["total_count"] == 3
    assert headers["Authorization"].removeprefix("Bearer ") not in caplog.text


async def test_without_login_nobody_can_be_told_apart(tmp_path: Path) -> None:
    """503 with Retry-After: whether a token is good cannot be said."""
    chosen = settings(tmp_path, Login={"Url": "http://127.0.0.1:1"})
    async with serving(chosen, TokenMint(SystemClock()).headers(ME, WRITE)) as client:
        response = await client.get(PATH)
    assert response.status_code == 503
    assert "retry-after" in response.headers


def test_mistakes_of_all_sections_are_told_at_once() -> None:
    """Whoever starts it with wrong settings mends them in one go."""
    wrong = {
        "Database": {"Url": "nonsense"},
        "Http": {"Port": 70_000},
        "Tokens": {"Issuer": ""},
        "Login": {"Url": "login", "TimeoutInSeconds": 0},
        "BulkJobs": {"MaxRows": 0, "MaxBytes": 1, "MaxRunningPerOwner": 0},
    }
    with pytest.raises(SettingsError) as refused:
        build_host_builder(settings_files=[], settings=wrong).build()
    assert {problem.where for problem in refused.value.problems} == {
        "Database:Url",
        "Http:Port",
        "Tokens:Issuer",
        "Login:Url",
        "Login:TimeoutInSeconds",
        "BulkJobs:MaxRows",
        "BulkJobs:MaxBytes",
        "BulkJobs:MaxRunningPerOwner",
    }


def test_the_command_tells_mistakes_in_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], logging_restored: None
) -> None:
    """Exit code 2, the place of the mistake, no traceback."""
    file = tmp_path / "settings.json"
    file.write_text('{"BulkJobs": {"MaxRows": 0}}')
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--settings", str(file)])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "BulkJobs:MaxRows" in said
    assert "Traceback" not in said


def test_no_command_shows_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody who types `admin-provisioning` learns what there is."""
    with pytest.raises(SystemExit):
        main([])
    said = capsys.readouterr()
    assert "serve" in said.out + said.err
