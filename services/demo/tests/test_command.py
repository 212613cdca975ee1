"""The demonstration as a process, as `make run` starts it."""

import re
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from loopjobs_demo.command import main
from servicekit.testing import RunningCommand, running_command

pytestmark = pytest.mark.smoke

PATIENCE = 30
DEEDS = (
    r"BulkJobWorker +1 list claimed, 14 rows done",
    r"row 17: hostname: is missing",
    r"all PCs have come",
    r"PcDeleteJob +\d+ PCs? retired",
    r"TokenCleanupJob +deleted \d+ sessions?, \d+ refresh tokens",
    r"BulkJobCleanup +deleted 1 list, 16 rows, 1 file",
    r"silent for .* s -> offline by PcKeepAliveJob",
    r"PcKeepAliveJob +\d+ PCs? declared offline",
)


def _demo(
    folder: Path, *arguments: str, stderr: Path | None = None
) -> AbstractContextManager[RunningCommand]:
    return running_command("loopjobs_demo.command:main", folder, *arguments, stderr=stderr)


def _read_until_all(demo: RunningCommand, patterns: tuple[str, ...]) -> None:
    missing = [f"({pattern})" for pattern in patterns]
    while missing:
        demo.read_until("|".join(missing))
        missing = [pattern for pattern in missing if not re.search(pattern, demo.lines[-1])]


def _look_at_the_jobs(folder: Path, text: str) -> None:
    """Use all that the opening offers: both pages, by the password and by the token."""
    (password,) = re.findall(r"as ada with the password (\w+)", text)
    (file,) = re.findall(r"--token-file (\S+)", text)
    token = (folder / file).read_text()
    for page in re.findall(r"jobs: (\S+/)", text):
        with httpx.Client(base_url=page, headers={"Sec-Fetch-Site": "same-origin"}) as client:
            form = client.get("sign-in").text
            (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', form)
            fields = {"name": "ada", "password": password, "csrf": csrf}
            assert client.post("sign-in", data=fields).status_code == 303
            assert client.get("").status_code == 200
        answer = httpx.get(f"{page}api/jobs", headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["ready"] is True


def test_all_jobs_are_at_work_until_an_interrupt(tmp_path: Path) -> None:
    """Each job has soon done something; Ctrl-C ends it with a summary, code 0, and no garbage."""
    errors = tmp_path / "stderr"
    with _demo(tmp_path, stderr=errors) as demo:
        _read_until_all(demo, DEEDS)
        _look_at_the_jobs(tmp_path, demo.text)
        assert demo.end(signal.SIGINT) == 0
    assert "Stopped after" in demo.text
    assert re.search(r"PcKeepAliveJob +\d+ due = \d+ succeeded", demo.text)
    assert re.search(r"PcDeleteJob +\d+ due = \d+ succeeded", demo.text)
    # A busy machine may give the services reason for a warning.
    assert "Traceback" not in demo.text + errors.read_text()
    assert "\x1b" not in demo.text
    assert not [line for line in demo.text.splitlines() if len(line) > 100]
    assert list((tmp_path / "var").glob("demo-*/login.db"))


def test_a_duration_ends_it(tmp_path: Path) -> None:
    """A play of a tenth of a second ends by itself, with a summary."""
    with _demo(tmp_path, "--duration", "0.1", "--pcs", "1") as demo:
        assert demo.end() == 0
    assert "Stopped after" in demo.text
    assert "Traceback" not in demo.text


def test_a_reader_that_leaves_ends_it(tmp_path: Path) -> None:
    """After `loopjobs-demo | head` both services stop cleanly, and nobody complains."""
    with _demo(tmp_path, stderr=tmp_path / "stderr") as demo:
        demo.read_until("Stop")
        demo.close_output()
        assert demo.end() == 0
    # A busy machine may give the jobs reason for a warning; the reader gives none.
    complaints = (tmp_path / "stderr").read_text().splitlines()
    assert [line for line in complaints if " WARNING  loopjobs: " not in line] == []


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where its files cannot go, one line says which folder it is and why, and it fails."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").write_text("in the way")
    with pytest.raises(SystemExit) as ended:
        main([])
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1
    assert line.startswith(f"loopjobs-demo: cannot make the folder {tmp_path}/var/demo-")
    assert "(not a directory)" in line
