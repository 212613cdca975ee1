"""What there is, and what becomes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from loopjobs.migration._differences import everywhere
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import OldScheduler, Value
from loopjobs.migration._findings import Finding
from loopjobs.migration._moves import Move, Verdict, moves_of
from loopjobs.migration._names import Names
from loopjobs.migration._schedules import Preferences
from loopjobs.migration._skeletons import skeletons
from loopjobs.migration._time_zones import iana_zone


@dataclass(frozen=True, slots=True)
class Inventory:
    """The jobs of one or more schedulers, one entry for each of their schedules."""

    schedulers: Sequence[OldScheduler]
    moves: Sequence[Move]

    def those_that(self, verdict: Verdict) -> Sequence[Move]:
        """Return the entries with that verdict."""
        return [move for move in self.moves if move.verdict is verdict]

    @property
    def settings(self) -> Mapping[str, Mapping[str, Value]]:
        """The sections that are ready, by name."""
        return {move.name: move.settings for move in self.moves if move.settings}

    @property
    def code(self) -> str:
        """A Python module to begin with."""
        return skeletons(self.moves)

    @property
    def everywhere(self) -> Sequence[Finding]:
        """What is different for all of the jobs."""
        found = [finding for old in self.schedulers for finding in everywhere(old)]
        return list(dict.fromkeys(found))

    @property
    def remarks(self) -> Sequence[str]:
        """What was not understood, or is to be read elsewhere."""
        return [remark for old in self.schedulers for remark in old.remarks]


def take_stock(
    schedulers: Iterable[OldScheduler], preferences: Preferences | None = None
) -> Inventory:
    """Decide about each job; what was found is not changed, and nothing is written.

    Raises:
        MigrationError: The preferred time zone is not known, or the extra `cron` is not installed
            and there are cron expressions.
    """
    found, names = tuple(schedulers), Names()
    wanted = preferences or Preferences()
    if wanted.time_zone is not None and iana_zone(wanted.time_zone) is None:
        raise MigrationError(
            f"{wanted.time_zone!r} is no time zone. Give its name at IANA, as in Europe/Berlin."
        )
    moves = [move for old in found for move in moves_of(old, wanted, names)]
    return Inventory(found, tuple(moves))
