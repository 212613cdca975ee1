"""`loopjobs check` and `loopjobs list`."""

import json

import pytest

from .conftest import Command, WriteApp


def test_check_shows_every_option_and_its_source(
    command: Command, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Section by section, the host's own included; secrets are masked."""
    monkeypatch.setenv("Sweeping__IntervalInSeconds", "3")
    ended = command("check", app)
    lines = [line.split() for line in ended.out.splitlines()]
    assert ended.code == 0
    assert ["Host"] in lines
    variable = ["environment", "variable", "Sweeping__IntervalInSeconds"]
    assert any(line[0] == "IntervalInSeconds" and line[2:] == variable for line in lines if line)
    assert ["ApiKey", "***", "default"] in lines
    assert "hunter2" not in ended.out
    assert "2 jobs, 3 sections: no mistakes found." in ended.out


def test_check_as_json_is_one_document(command: Command, write_app: WriteApp) -> None:
    """Whatever the application prints on its way goes to standard error."""
    app = write_app("print('imported')\n")
    ended = command("check", app, "--json")
    document = json.loads(ended.out)
    assert ended.code == 0
    assert (document["ok"], document["jobs"]) == (True, ["Sweep", "spill"])
    assert {"key": "ApiKey", "value": "***", "source": "default", "is_secret": True} in (
        document["sections"]["Sweeping"]
    )
    assert "imported" in ended.err


_MISTAKES = """
from loopjobs import Clock

def build():
    settings = {"Sweeping": {"IntervalInSecond": 3}, "spill": {"IntervalInSeconds": -1}}
    builder = HostBuilder(settings_files=(), settings=settings)
    builder.add_loop_job(Sweep, SweepOptions, section_name="Sweeping")
    builder.add_loop_job(spill, SweepOptions)
    return builder.add_loop_job(spill, SweepOptions)
"""


@pytest.mark.parametrize("name", ["check", "list", "plan", "run"])
def test_all_mistakes_are_told_at_once(command: Command, write_app: WriteApp, name: str) -> None:
    """Code 2; settings and registrations alike."""
    ended = command(name, write_app(_MISTAKES))
    assert (ended.code, ended.out) == (2, "")
    for words in ("Sweeping:IntervalInSecond", "spill:IntervalInSeconds", "2 jobs have this name"):
        assert words in ended.err
    assert "Traceback" not in ended.err


def test_mistakes_are_json_as_well(command: Command, write_app: WriteApp) -> None:
    """Each with place, rule, remedy and source."""
    ended = command("check", write_app(_MISTAKES), "--json")
    document = json.loads(ended.out)
    assert (ended.code, document["ok"]) == (2, False)
    assert {problem["where"] for problem in document["problems"]} >= {
        "Sweeping:IntervalInSecond",
        "spill:IntervalInSeconds",
    }


def test_list_tells_what_each_job_is_for(command: Command, app: str) -> None:
    """Name, schedule, section, and the first line of its docstring."""
    rows = [line.split("  ") for line in command("list", app).out.splitlines()]
    assert [[cell.strip() for cell in row if cell.strip()] for row in rows] == [
        ["job", "schedule", "section", "description"],
        ["Sweep", "every 10 s", "Sweeping", "Sweep the floor."],
        ["spill", "every 10 s", "spill", "Spill the milk."],
    ]


def test_list_as_json(command: Command, app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One document; a disabled job is said to be so."""
    monkeypatch.setenv("Sweeping__Enabled", "false")
    monkeypatch.setenv("Sweeping__Pacing", "FixedDelay")
    sweep, spill = json.loads(command("list", app, "--json").out)
    assert sweep == {
        "name": "Sweep",
        "schedule": "10 s after each run",
        "interval": 10.0,
        "cron": None,
        "time_zone": None,
        "pacing": "FixedDelay",
        "is_enabled": False,
        "section": "Sweeping",
        "description": "Sweep the floor.",
    }
    assert (spill["is_enabled"], spill["schedule"]) == (True, "every 10 s")
    assert "disabled" in command("list", app).out
