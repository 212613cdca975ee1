"""Time zones have one name in Windows and another one in the IANA database."""

import sys
from importlib import resources
from pathlib import Path

import pytest
from tzlocal.windows_tz import win_tz

from loopjobs.migration import Inventory, MigrationError, Move, read_file, take_stock


def stock_in(folder: Path, *zones: str) -> Inventory:
    """Take stock of jobs at three in the morning of these zones."""
    jobs = "".join(f"\njob{number},0 3 * * *,{zone}" for number, zone in enumerate(zones))
    path = folder / "jobs.csv"
    path.write_text(f"id,cron,time_zone{jobs}\n", encoding="utf-8")
    return take_stock(read_file(path))


def zone_of(move: Move) -> object:
    """Return the zone of its section."""
    return move.settings.get("TimeZone", "UTC")


def test_every_zone_of_windows_is_known(tmp_path: Path) -> None:
    """By the name that the database has now, which is one of its places, or a distance."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    places = {line.split("\t")[2] for line in table.splitlines() if not line.startswith("#")}
    inventory = stock_in(tmp_path, *win_tz)
    assert len(inventory.moves) == len(win_tz)
    others = {str(zone_of(move)) for move in inventory.moves} - places
    assert {zone.rstrip("0123456789") for zone in others} == {"UTC", "Etc/GMT+", "Etc/GMT-"}


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Samoa Standard Time", "Pacific/Apia"),
        ("india standard time", "Asia/Kolkata"),
        (" W. Europe Standard Time ", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Coordinated Universal Time", "UTC"),
        ("America/Buenos_Aires", "America/Buenos_Aires"),
    ],
)
def test_a_zone_is_told_by_its_name_at_iana(tmp_path: Path, written: str, zone: str) -> None:
    """In whatever case it is written; one that has such a name keeps it."""
    (move,) = stock_in(tmp_path, written).moves
    assert zone_of(move) == zone


def test_a_job_in_a_zone_that_is_not_known_cannot_move(tmp_path: Path) -> None:
    """In another zone it would run at another time; Windows itself has dropped some."""
    (move,) = stock_in(tmp_path, "Kamchatka Standard Time").moves
    assert not move.settings
    assert "TimeZone would be Kamchatka Standard Time" in move.findings[0].what


def test_without_the_extra_only_names_of_windows_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package can be used without the command that brings them."""
    monkeypatch.setitem(sys.modules, "tzlocal", None)
    (move,) = stock_in(tmp_path, "Europe/Berlin").moves
    assert zone_of(move) == "Europe/Berlin"
    with pytest.raises(MigrationError, match=r"needs tzlocal: pip install 'loopjobs\[cli\]'"):
        stock_in(tmp_path, "W. Europe Standard Time")
