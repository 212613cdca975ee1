"""The demonstration as a process, as `make run` starts it."""

import re
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from servicekit.testing import RunningCommand, running_command

pytestmark = pytest.mark.smoke

PATIENCE = 30


def _demo(
    folder: Path, *arguments: str, stderr: Path | None = None
) -> AbstractContextManager[RunningCommand]:
    return running_command("loopjobs_demo.command:main", folder, *arguments, stderr=stderr)


def test_an_interrupt_closes_it(tmp_path: Path) -> None:
    """Ctrl-C ends it with a summary of every job, code 0, and no garbage."""
    with _demo(tmp_path, "--pcs", "3") as demo:
        demo.read_until("(the list is done)")
        demo.read_until("(all PCs have come)")
        assert demo.end(signal.SIGINT) == 0
    assert "Stopped after" in demo.text
    assert re.search(r"PcKeepAliveJob +\d+ due = \d+ succeeded", demo.text)
    assert "Traceback" not in demo.text
    assert "\x1b" not in demo.text
    assert list((tmp_path / "var").glob("demo-*"))


def test_it_shows_all_jobs_at_work(tmp_path: Path) -> None:
    """Within a minute each job has done something; then it ends by itself."""
    with _demo(tmp_path, "--duration", "45") as demo:
        assert demo.end() == 0
    for what in ("PcKeepAliveJob.* marked", "PcDeleteJob.* retired", "TokenCleanupJob.* sessions"):
        assert re.search(what, demo.text), what
    assert re.search(r"BulkJobCleanup.* jobs", demo.text)
    assert re.search("row 16: ", demo.text)
    assert "Traceback" not in demo.text


def test_a_reader_that_leaves_ends_it(tmp_path: Path) -> None:
    """After `loopjobs-demo | head` both services stop cleanly, and nobody complains."""
    with _demo(tmp_path, stderr=tmp_path / "stderr") as demo:
        demo.read_until("(the list is done)")
        assert demo.process.stdout is not None
        demo.process.stdout.close()
        assert demo.process.wait(PATIENCE) == 0
    assert not (tmp_path / "stderr").read_text()
