"""What can be set about log lines."""

import logging
from collections.abc import Mapping
from typing import Final, Self

from pydantic import Field

from loopjobs import Options, SettingsEnum


class LogFormat(SettingsEnum):
    """How a log line is written."""

    TEXT = "Text"
    """For people."""
    JSON = "Json"
    """One JSON object a line, for machines."""


class LogLevel(SettingsEnum):
    """How bad a thing must be to be written; Python's names for it are understood as well."""

    DEBUG = "Debug"
    INFORMATION = "Information"
    WARNING = "Warning"
    ERROR = "Error"
    CRITICAL = "Critical"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        name = str(value).casefold()
        return super()._missing_(_OTHER_NAMES.get(name, name))

    @property
    def number(self) -> int:
        """The level as the standard library counts it."""
        return _NUMBERS[self]


_OTHER_NAMES: Final = {"info": "Information", "warn": "Warning", "fatal": "Critical"}
_NUMBERS: Final = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFORMATION: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
    LogLevel.CRITICAL: logging.CRITICAL,
}


class LoggingOptions(Options):
    """The section `Logging`. A change is taken over while the host runs."""

    format: LogFormat = LogFormat.TEXT
    """Text for people, or one JSON object a line for machines."""
    level: LogLevel = LogLevel.INFORMATION
    """Lines below it are not written."""
    levels: Mapping[str, LogLevel] = Field(default_factory=dict)
    """The level of single loggers, and of those below them: `{"sqlalchemy.engine": "Debug"}`."""
