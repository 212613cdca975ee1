"""Log lines of a service: as text for people or as JSON for machines, chosen by a setting."""

from loopjobs.logs._json import JsonFormatter
from loopjobs.logs._options import LogFormat, LoggingOptions, LogLevel
from loopjobs.logs._output import LogOutput, LogWriter, add_logging
from loopjobs.logs._text import TextFormatter

__all__ = [
    "JsonFormatter",
    "LogFormat",
    "LogLevel",
    "LogOutput",
    "LogWriter",
    "LoggingOptions",
    "TextFormatter",
    "add_logging",
]
