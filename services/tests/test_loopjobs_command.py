"""The command `loopjobs` is about both services as they are."""

import json
import sys
from pathlib import Path

import pytest

from loopjobs.cli import main

JOBS = {
    "login.app:build_host_builder": {
        "PcKeepAliveJob",
        "PcDeleteJob",
        "TokenCleanupJob",
        "HistoryCleanupJob",
    },
    "admin_provisioning.app:build_host_builder": {
        "BulkJobWorker",
        "BulkJobCleanup",
        "HistoryCleanupJob",
    },
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a directory without settings; the command makes it importable."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    """Run the command; return its exit code and what it printed."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code, capsys.readouterr().out


@pytest.mark.parametrize("app", JOBS)
def test_check_shows_what_a_service_is_set_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, app: str
) -> None:
    """All of its sections, with where values come from, and no secret among them."""
    url = "postgresql://jobs:hunter2@db.example/jobs"
    monkeypatch.setenv("Database__Url", url)
    code, out = run(capsys, "check", app, "--json")
    document = json.loads(out)
    assert (code, document["ok"]) == (0, True)
    assert set(document["jobs"]) == JOBS[app]
    assert {"Host", "Database", "Http", "Watchdog", *JOBS[app]} <= set(document["sections"])
    (shown,) = (each for each in document["sections"]["Database"] if each["key"] == "Url")
    assert shown["source"] == "environment variable Database__Url"
    assert "hunter2" not in out


@pytest.mark.parametrize("app", JOBS)
def test_list_tells_what_each_job_is_for(capsys: pytest.CaptureFixture[str], app: str) -> None:
    """Every job has a docstring."""
    code, out = run(capsys, "list", app, "--json")
    assert code == 0
    assert all(job["description"] for job in json.loads(out))


def test_a_job_of_login_is_run_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """On a new database: what stands before the job is started, the HTTP server is not."""
    settings = {
        "Database": {"Url": f"sqlite+aiosqlite:///{tmp_path / 'login.db'}"},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
    }
    (tmp_path / "here.json").write_text(json.dumps(settings))
    login = "login.app:build_host_builder"
    code, out = run(capsys, "run-once", login, "TokenCleanupJob", "--settings", "here.json")
    assert code == 0
    assert out.startswith("TokenCleanupJob: succeeded after ")
