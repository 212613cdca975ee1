"""Writes the log of the process while a host runs."""

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from dishka import Provider, Scope

from loopjobs import HostBuilder, OptionsMonitor, StartError, redact
from loopjobs.logs._background import BackgroundHandler
from loopjobs.logs._json import JsonFormatter
from loopjobs.logs._levels import Levels
from loopjobs.logs._options import LogFormat, LoggingOptions, LogLevel
from loopjobs.logs._text import TextFormatter


@dataclass(frozen=True, slots=True)
class LogOutput:
    """What a program decides about its log, where settings do not."""

    stream: TextIO | None = None
    """Where lines go; by default standard error as it is when the host starts."""
    redact: Callable[[str], str] = redact
    """Takes out of each line what must not be read."""
    level: LogLevel | None = None
    """Wins over the settings, as a flag of the command line should."""
    levels: Mapping[str, LogLevel] = field(default_factory=dict)
    """The level of loggers that the settings do not name."""


class LogWriter:
    """A hosted service that writes what the process logs; added by `add_logging`.

    From its start to its stop it has a handler on the root logger, which writes on a thread of its
    own. At the stop all lines are written, and the levels of loggers are given back.
    """

    def __init__(self, monitor: OptionsMonitor[LoggingOptions], output: LogOutput) -> None:
        self._monitor = monitor
        self._output = output
        self._levels = Levels()
        self._forget: Callable[[], None] | None = None
        self._target: logging.Handler | None = None
        self._handler: BackgroundHandler | None = None

    async def start(self) -> None:
        """Write from here on, and follow the settings.

        Raises:
            StartError: another host writes the log of this process.
        """
        if any(isinstance(each, BackgroundHandler) for each in logging.getLogger().handlers):
            # Each line would be there twice, and the levels of one would end with the other.
            raise StartError(
                "another host writes the log of this process already; call add_logging for one"
            )
        self._target = logging.StreamHandler(self._output.stream or sys.stderr)
        self._use(self._monitor.current)
        self._forget = self._monitor.on_change(self._use)
        self._handler = BackgroundHandler(self._target)
        logging.getLogger().addHandler(self._handler)

    async def stop(self) -> None:
        """Write what is left, and leave logging as it was. Idempotent."""
        handler, self._handler = self._handler, None
        if handler is None or self._forget is None:
            return
        self._forget()
        logging.getLogger().removeHandler(handler)
        self._levels.give_back()
        handler.close()

    def _use(self, options: LoggingOptions) -> None:
        output = self._output
        is_json = options.format is LogFormat.JSON
        formatter = JsonFormatter if is_json else TextFormatter
        if self._target is not None:
            self._target.setFormatter(formatter(output.redact))
        level = output.level or options.level
        self._levels.use({**output.levels, **options.levels, "": level})


def add_logging(builder: HostBuilder, output: LogOutput | None = None) -> HostBuilder:
    """Have the host write the log of the process, as the section `Logging` says.

    Call it before anything else is added: what starts first stops last, and misses no line.
    """
    chosen = output or LogOutput()
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: chosen, provides=LogOutput)
    builder.add_provider(provider)
    builder.add_options(LoggingOptions, "Logging")
    return builder.add_hosted_service(LogWriter)
