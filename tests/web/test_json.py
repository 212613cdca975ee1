"""Views as JSON."""

import json
import math
from datetime import datetime, timedelta, timezone
from typing import Final

import pytest

from loopjobs.web._json import as_json, json_text
from loopjobs.web._views import CounterPoint, RunView, Slice

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))


def test_a_view_has_its_own_names() -> None:
    """Instants are in UTC, and what is nested is told, too."""
    view = RunView("7", "succeeded", NOON, None, 0.25, None, None, {"deleted": 3}, None)
    assert as_json(view) == {
        "run_id": "7",
        "outcome": "succeeded",
        "due_at": "2026-01-01T10:00:00Z",
        "started_at": None,
        "duration": 0.25,
        "error": None,
        "traceback": None,
        "reported": {"deleted": 3},
        "replica": None,
    }
    assert as_json([Slice("missed", 2)]) == [{"outcome": "missed", "count": 2}]


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_json_does_not_have_are_null(number: float) -> None:
    """A counter can hold any of them, and a browser reads none."""
    assert json.loads(json_text(CounterPoint(NOON, number)))["value"] is None


def test_half_a_surrogate_pair_is_escaped() -> None:
    """An error can hold it, and UTF-8 cannot."""
    assert json_text({"error": "\udc80"}).encode() == b'{"error":"\\udc80"}'


def test_what_no_view_holds_is_refused() -> None:
    """Nothing gets into an answer by its mere `str`."""
    with pytest.raises(TypeError, match="no object"):
        as_json(object())
