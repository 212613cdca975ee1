"""Where the demonstration takes place."""

import io
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import make_url

from login.client.fleet import FleetPlan
from loopjobs import SystemClock
from loopjobs_demo.play import play_on
from loopjobs_demo.stage import HOST, Stage, set_stage
from servicekit.cli.mistakes import CommandError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _url(stage: Stage) -> str:
    database = stage.settings()["Database"]
    assert isinstance(database, dict)
    return str(database["Url"])


def test_a_port_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    """The demonstration plays beside whatever has the port, on another one."""
    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]
        stage = set_stage(tmp_path, taken, NOON)
    assert stage.wanted_port == taken
    assert stage.port != taken
    assert stage.url == f"http://127.0.0.1:{stage.port}"


def test_a_port_that_is_free_is_taken(tmp_path: Path) -> None:
    """The port that was asked for is used when nobody has it."""
    with socket.create_server((HOST, 0)) as probe:
        free = probe.getsockname()[1]
    assert set_stage(tmp_path, free, NOON).port == free


def test_two_plays_do_not_share_a_database(tmp_path: Path) -> None:
    """Those at once differ by port, those after one another by time."""
    later = NOON.replace(second=1)
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        stages = [set_stage(tmp_path, port, NOON), set_stage(tmp_path, port, later)]
    assert len({stage.database for stage in stages}) == 2


def test_any_folder_will_do() -> None:
    """Characters with a meaning in URLs do not lead the database astray."""
    stage = Stage(Path("/srv/what? #1 100%/demo.db"), 8080, 8080)
    assert make_url(_url(stage)).database == "/srv/what? #1 100%/demo.db"


async def test_a_stage_that_is_lost_meanwhile_is_told(tmp_path: Path) -> None:
    """When somebody took the port just now, the command ends with the reason and no summary."""
    out = io.StringIO()
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        stage = Stage(tmp_path / "demo.db", port, port)
        with pytest.raises(CommandError, match=f"port {port}"):
            await play_on(stage, FleetPlan(pcs=1), 1, Console(file=out), SystemClock())
    assert not out.getvalue()
