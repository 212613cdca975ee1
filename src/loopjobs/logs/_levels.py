"""The levels of loggers, set for a while."""

import logging
from collections.abc import Mapping

from loopjobs.logs._options import LogLevel


class Levels:
    """Sets levels, and gives back what was there before."""

    def __init__(self) -> None:
        self._before: dict[str, int] = {}

    def use(self, levels: Mapping[str, LogLevel]) -> None:
        """Set these levels by the name of the logger, and no others any more; "" is the root."""
        for name in self._before.keys() - levels.keys():
            logging.getLogger(name).setLevel(self._before.pop(name))
        for name, level in levels.items():
            logger = logging.getLogger(name)
            self._before.setdefault(name, logger.level)
            logger.setLevel(level.number)

    def give_back(self) -> None:
        """Set what was there before."""
        self.use({})
