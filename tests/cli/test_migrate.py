"""`loopjobs migrate`: tells first, asks, and only then writes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Command, Terminal

JOBS = """<job-scheduling-data xmlns="http://quartznet.sourceforge.net/JobSchedulingData">
  <schedule>
    <job>
      <name>Restock</name>
      <description>Order what is nearly sold out.</description>
      <job-type>Shop.RestockJob, Shop</job-type>
    </job>
    <trigger>
      <simple>
        <name>often</name>
        <job-name>Restock</job-name>
        <repeat-count>-1</repeat-count>
        <repeat-interval>600000</repeat-interval>
      </simple>
    </trigger>
  </schedule>
</job-scheduling-data>
"""


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What Quartz has, in the current directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quartz_jobs.xml").write_text(JOBS, encoding="utf-8")
    return "quartz_jobs.xml"


def test_it_tells_and_writes_nothing(command: Command, jobs: str, tmp_path: Path) -> None:
    """Settings and code are there to be copied."""
    ended = command("migrate", jobs)
    assert ended.code == 0
    assert "Restock (every 600 s) becomes RestockJob: every 600 s" in ended.out
    assert '"IntervalInSeconds": 600' in ended.out
    assert "builder.add_loop_job(RestockJob, LoopJobOptions)" in ended.out
    assert "docs/how-to/move-from-quartz.md#overlap" in ended.out
    assert [path.name for path in tmp_path.iterdir()] == [jobs]


def test_json_is_one_document(command: Command, jobs: str) -> None:
    """With all that the text says."""
    document = json.loads(command("migrate", jobs, "--json").out)
    (schedule,) = document["schedules"]
    assert schedule["verdict"] == "changes behavior"
    assert document["settings"] == {"RestockJob": {"IntervalInSeconds": 600}}
    assert "class RestockJob:" in document["code"]


def test_tables_of_a_database_are_read(command: Command, jobs: str, tmp_path: Path) -> None:
    """By the URL of the database, beside files."""
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.execute('CREATE TABLE "Hash" ("Key" TEXT, Field TEXT, Value TEXT)')
        row = ("recurring-job:sweep", "Cron", "*/5 * * * *")
        connection.execute('INSERT INTO "Hash" VALUES (?, ?, ?)', row)
        connection.commit()
    ended = command("migrate", jobs, "sqlite:///old.db", "--intervals")
    assert "sweep (*/5 * * * *) becomes Sweep: every 300 s" in ended.out
    assert "RestockJob: every 600 s" in ended.out


def test_a_dry_run_shows_the_change(command: Command, jobs: str, tmp_path: Path) -> None:
    """And writes nothing."""
    (tmp_path / "app.json").write_text('{\n  "A": 1\n}\n', encoding="utf-8")
    ended = command("migrate", jobs, "--write", "app.json", "--dry-run")
    assert (ended.code, '+  "RestockJob": {' in ended.out) == (0, True)
    assert (tmp_path / "app.json").read_text("utf-8") == '{\n  "A": 1\n}\n'


def test_without_anybody_to_ask_nothing_is_written(
    command: Command, jobs: str, tmp_path: Path
) -> None:
    """Until it is told not to ask; a section that is there is never touched."""
    ended = command("migrate", jobs, "--write", "app.json")
    assert (ended.code, "Add --yes" in ended.err) == (2, True)
    assert not (tmp_path / "app.json").exists()
    assert command("migrate", jobs, "--write", "app.json", "--yes").code == 0
    written = (tmp_path / "app.json").read_text("utf-8")
    assert json.loads(written) == {"RestockJob": {"IntervalInSeconds": 600}}
    again = command("migrate", jobs, "--write", "app.json", "--yes")
    assert (again.code, "app.json has a section RestockJob: it was not touched." in again.out) == (
        0,
        True,
    )
    assert (tmp_path / "app.json").read_text("utf-8") == written


@pytest.mark.parametrize(("answer", "code", "is_written"), [("y\n", 0, True), ("\n", 1, False)])
def test_a_person_is_asked(
    command: Command,
    jobs: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    *,
    code: int,
    is_written: bool,
) -> None:
    """And no answer is a no."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    ended = command("migrate", jobs, "--write", "app.json")
    assert (ended.code, (tmp_path / "app.json").exists()) == (code, is_written)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gone.xml",), "gone.xml: cannot be read: No such file or directory."),
        (("quartz_jobs.xml", "--dry-run"), "--dry-run is about --write FILE"),
        (("quartz_jobs.xml", "--write", "a.json", "--json"), "with --json nobody is asked"),
        ((".",), "cannot be read: Is a directory."),
        (("sqlite:///gone.db",), "gone.db: cannot be read: unable to open database file."),
        (("postgresql://me:pw@db/x",), "the URL has a password"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    command: Command, jobs: str, arguments: tuple[str, ...], message: str
) -> None:
    """With the exit code of mistakes, and no traceback."""
    ended = command("migrate", *arguments)
    assert (ended.code, message in ended.err, ended.err.count("\n")) == (2, True, 1)


def test_names_of_the_old_jobs_do_not_speak_to_the_terminal(
    command: Command, jobs: str, tmp_path: Path
) -> None:
    """They may come from anywhere."""
    (tmp_path / "list.json").write_text(
        '[{"Id": "a\\u001b[31m", "Cron": "* * * * *"}]', encoding="utf-8"
    )
    assert "\x1b" not in command("migrate", "list.json").out
