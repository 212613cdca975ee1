"""What a run of PcDeleteJob says of itself."""

import logging

import pytest

from .deleter import MakeDeleter
from .lab import DAY, Lab

QUIET = (
    "pc_delete done mode=TwoPhase candidates=0 retired=0 purgeable=0 purged=0 skipped_race=0 "
    "skipped_pinned=0 skipped_in_session=0 failed=0 remaining=0 oldest_offline_days=None "
    "held=False dry_run=False duration_ms=0.0"
)


async def test_each_run_has_a_line_that_says_what_it_did(
    lab: Lab, deleter: MakeDeleter, caplog: pytest.LogCaptureFixture
) -> None:
    """With the same values as fields; at DEBUG where there was nothing to do."""
    caplog.set_level(logging.DEBUG, "login")
    await deleter().run()
    await lab.add_silent(91 * DAY)
    await lab.add_silent(120 * DAY)
    await lab.add_silent(100 * DAY, pinned=True)
    await lab.add_retired(31 * DAY)
    await deleter(MaxPerRun=1, BatchSize=1).run()
    quiet, busy = (line for line in caplog.records if "pc_delete done" in line.getMessage())
    assert (quiet.levelno, quiet.getMessage()) == (logging.DEBUG, QUIET)
    told = {
        "mode": "TwoPhase",
        "candidates": 2,
        "retired": 1,
        "purgeable": 1,
        "purged": 1,
        "skipped_race": 0,
        "skipped_pinned": 1,
        "skipped_in_session": 0,
        "failed": 0,
        "remaining": 1,
        "oldest_offline_days": 120.0,
        "held": False,
        "dry_run": False,
        "duration_ms": 0.0,
    }
    assert busy.levelno == logging.INFO
    assert busy.getMessage() == "pc_delete done " + " ".join(f"{k}={v}" for k, v in told.items())
    assert {name: vars(busy)[name] for name in told} == told
