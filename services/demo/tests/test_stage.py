"""Where the demonstration takes place."""

import io
import random
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import make_url

import admin_provisioning.app
import login.app
from login.client.fleet import FleetPlan
from loopjobs import SystemClock
from loopjobs_demo.play import play_on
from loopjobs_demo.stage import HOST, Stage, set_stage
from loopjobs_demo.wording import JOBS
from servicekit.cli.mistakes import CommandError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _database(settings: Mapping[str, object]) -> str | None:
    section = settings["Database"]
    assert isinstance(section, dict)
    return make_url(str(section["Url"])).database


def _pair_of_free_ports() -> int:
    """Return a port that is free, as is the next one."""
    for _ in range(100):
        port = random.randint(20_000, 30_000)  # noqa: S311 - no secret
        stage = set_stage(Path("var"), port, NOON)
        if (stage.login_port, stage.provisioning_port) == (port, port + 1):
            return port
    raise AssertionError("no two ports in a row are free")


def test_ports_that_are_free_are_taken(tmp_path: Path) -> None:
    """The port that was asked for and the next one are used when nobody has them."""
    port = _pair_of_free_ports()
    stage = set_stage(tmp_path, port, NOON)
    assert stage.login_url == f"http://127.0.0.1:{port}"
    assert stage.provisioning_url == f"http://127.0.0.1:{port + 1}"


@pytest.mark.parametrize("which", [0, 1])
def test_a_port_that_is_taken_is_left_alone(tmp_path: Path, which: int) -> None:
    """The demonstration plays beside whatever has a port, on another one."""
    port = _pair_of_free_ports()
    with socket.create_server((HOST, port + which)):
        stage = set_stage(tmp_path, port, NOON)
    ports = [stage.login_port, stage.provisioning_port]
    assert stage.wanted_port == port
    assert ports[which] != port + which
    assert ports[1 - which] == port + 1 - which


def test_where_both_ports_are_taken_two_others_are_found(tmp_path: Path) -> None:
    """A second demonstration has ports of its own, which differ."""
    port = _pair_of_free_ports()
    with socket.create_server((HOST, port)), socket.create_server((HOST, port + 1)):
        stage = set_stage(tmp_path, port, NOON)
    assert len({stage.login_port, stage.provisioning_port, port, port + 1}) == 4


def test_two_plays_do_not_share_a_folder(tmp_path: Path) -> None:
    """Those at once differ by port, those after one another by time."""
    port = _pair_of_free_ports()
    with socket.create_server((HOST, port)):
        other = set_stage(tmp_path, port, NOON)
    stages = [set_stage(tmp_path, port, moment) for moment in (NOON, NOON.replace(second=1))]
    assert len({stage.folder for stage in [other, *stages]}) == 3


def test_any_folder_will_do() -> None:
    """Characters with a meaning in URLs do not lead the databases astray."""
    stage = Stage(Path("/srv/what? #1 100%"), 8080, 8081, 8080)
    assert _database(stage.login_settings()) == "/srv/what? #1 100%/login.db"
    assert _database(stage.provisioning_settings()) == "/srv/what? #1 100%/admin_provisioning.db"


async def test_the_services_take_the_settings_and_have_the_jobs(tmp_path: Path) -> None:
    """Both services build from the settings, and have every job that the narrator tells of."""
    stage = Stage(tmp_path, 8080, 8081, 8080)
    hosts = [
        build(settings_files=[], settings=settings).build()
        for build, settings in (
            (login.app.build_host_builder, stage.login_settings()),
            (admin_provisioning.app.build_host_builder, stage.provisioning_settings()),
        )
    ]
    assert {job for host in hosts for job in host.jobs} >= set(JOBS)


def test_secrets_differ_from_play_to_play(tmp_path: Path) -> None:
    """No secret is written down in the code, and none shows when a stage is printed."""
    one, other = (Stage(tmp_path, 1, 2, 1) for _ in range(2))
    assert one.fleet.secret != other.fleet.secret
    assert one.password != other.password
    assert not [each for each in (one.provisioning.secret, one.password) if each in repr(one)]


async def test_a_stage_that_is_lost_meanwhile_is_told(tmp_path: Path) -> None:
    """When somebody took a port just now, the command ends with the reason and no summary."""
    out = io.StringIO()
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        stage = Stage(tmp_path, port, port, port)
        with pytest.raises(CommandError, match=f"port {port}"):
            await play_on(stage, FleetPlan(pcs=1), 1, Console(file=out), SystemClock())
    assert "Stopped" not in out.getvalue()
