"""What the keep-alives can be told."""

import pytest

from login.app import build_host_builder
from login.http.options import KeepAliveOptions
from loopjobs import SettingsError


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({}, 30),
        ({"IntervalInSeconds": 10}, 30),
        ({"IntervalInSeconds": 2}, 120),
        ({"IntervalInSeconds": 1}, 240),
        ({"IntervalInSeconds": 10, "MaxPerMinute": 12}, 12),
        ({"MaxPerMinute": 1_000}, 1_000),
    ],
)
def test_there_is_room_for_what_is_asked_for(settings: dict[str, object], most: int) -> None:
    """Thirty a minute, or four times what the interval asks for, or what the settings say."""
    assert KeepAliveOptions.model_validate(settings).most_per_minute == most


@pytest.mark.parametrize(
    "settings",
    [
        {"MaxPerMinute": 0},
        {"MaxPerMinute": 60_001},
        {"MaxPerMinute": 1},
        {"MaxPerMinute": 11, "IntervalInSeconds": 10},
    ],
)
def test_pcs_are_not_refused_for_what_they_were_asked_to_do(settings: dict[str, object]) -> None:
    """A limit that the service's own pace would break keeps it from starting."""
    builder = build_host_builder(settings_files=[], settings={"KeepAlive": settings})
    with pytest.raises(SettingsError, match="KeepAlive:MaxPerMinute"):
        builder.build()
