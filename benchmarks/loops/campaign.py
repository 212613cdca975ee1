"""Goes through the cases, round by round, each system once a round."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from loops.cases import Case, case_named
from loops.environments import NotInstalledError, interpreter_of
from loops.figures import is_behind, median_of
from loops.order import Figures, Order
from loops.processes import MeasuringError, take
from loops.results import Result
from loops.saturation import KEPT, shortest_interval
from loops.systems import ListedSystem

_ADAPTERS: Final = "loops.adapters."
_SATURATED: Final = "saturation"
_GUESSED_FROM: Final = "burst-1000"
_MARGIN: Final = 1.25
_FIRST_GUESS: Final = 0.1
_LONGEST: Final = 2.0


@dataclass(frozen=True)
class Step:
    """One measurement that is to be taken."""

    case: Case
    system: ListedSystem
    round: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells its result from all others."""
        return self.case.name, self.system.name, self.round


def steps_of(
    cases: Sequence[Case], systems: Sequence[ListedSystem], rounds: int | None
) -> list[Step]:
    """Return all there is to do, in order: rounds of a case, systems taking turns in each.

    Every other round goes the other way: a processor that has just been busy is quicker than one
    that was idle, and no system is to come after the same one each time.

    Args:
        cases: In order of size.
        systems: Those that others refer to come first.
        rounds: So many, instead of what the case says.
    """
    return [
        Step(case, system, number)
        for case in cases
        for number in range(rounds or case.rounds)
        for system in (systems[::-1] if number % 2 else systems)
        if system.kind in case.kinds
    ]


class Campaign:
    """Takes measurements, and keeps them."""

    def __init__(self, folder: Path, seconds: float | None) -> None:
        self._folder = folder
        self._seconds = seconds
        self._failed: dict[str, str] = {}
        self.results: list[Result] = []

    def prepare(self, environment: str) -> str | None:
        """Make an environment; return why that cannot be done, if so."""
        try:
            interpreter_of(environment, self._folder)
        except NotInstalledError as error:
            self._failed[environment] = f"could not be installed: {error}"
        return self._failed.get(environment)

    def take(self, step: Step) -> Result:
        """Take one measurement. A failure is a result, too."""
        case, system = step.case, step.system
        interval = float(math.ceil(case.interval)) if system.whole_seconds else case.interval
        figures: Figures = {}
        failure = self._obstacle(case, system)
        if failure is None:
            try:
                figures = self._figures(case, system, interval)
            except MeasuringError as error:
                failure = str(error)
        result = Result(case.name, system.name, step.round, interval, figures, failure)
        self.results.append(result)
        return result

    def _obstacle(self, case: Case, system: ListedSystem) -> str | None:
        if system.environment in self._failed:
            return self._failed[system.environment]
        if case.is_spread and not system.can_spread:
            return "cannot be told when to begin"
        smaller = [each for each in self._smaller(case) if is_behind(self.results, each, system)]
        return f"fell behind with {smaller[0].jobs:,} jobs" if smaller else None

    def _smaller(self, case: Case) -> Iterator[Case]:
        if case.is_a_size:
            for name in dict.fromkeys(each.case for each in self.results):
                other = case_named(name)
                if other.is_spread == case.is_spread and other.jobs < case.jobs:
                    yield other

    def _figures(self, case: Case, system: ListedSystem, interval: float) -> Figures:
        if case.name == _SATURATED:
            return self._saturation(case, system)
        return self._ask(case, system, interval)

    def _ask(self, case: Case, system: ListedSystem, interval: float) -> Figures:
        order = Order(
            measure=case.measure,
            system=system.modules if case.measure == "import" else _ADAPTERS + system.adapter,
            jobs=case.jobs,
            interval=interval,
            is_spread=case.is_spread,
            seconds=case.seconds if self._seconds is None else self._seconds,
            is_on_uvloop=system.is_on_uvloop,
        )
        return take(order, interpreter_of(system.environment, self._folder), case.patience)

    def _saturation(self, case: Case, system: ListedSystem) -> Figures:
        least = 1.0 if system.whole_seconds else 0.0
        cost = median_of(self.results, _GUESSED_FROM, system.name, "cpu_per_tick_s")
        guess = _FIRST_GUESS if cost is None else cost * case.jobs * _MARGIN

        def keeps(interval: float) -> bool:
            if interval < least:
                return False
            figures = self._ask(replace(case, interval=interval), system, interval)
            return figures["kept"] >= KEPT

        found = shortest_interval(max(guess, least), _LONGEST, keeps)
        if found is None:
            raise MeasuringError(f"loses ticks at every interval tried, {_LONGEST:g} s at the most")
        return {"interval_s": found}
