"""What a cleanup told in the log."""

import logging

import pytest


def summary(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    """Return the fields of the line that the last run ended with."""
    return vars([line for line in caplog.records if "cleanup done" in line.getMessage()][-1])


def warnings(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what was warned of, in its order."""
    return [line for line in caplog.records if line.levelno == logging.WARNING]
