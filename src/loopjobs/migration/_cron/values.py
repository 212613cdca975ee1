"""What numbers a field of a cron expression names, and how to name them again."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

_TERM: Final = re.compile(
    r"(?P<all>\*)?(?P<first>\w+)?(-(?P<last>\w+))?(/(?P<step>\d{1,4}))?", re.ASCII
)
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_SHORTEST_RUN: Final = 3


class UntranslatableCronError(ValueError):
    """There is no such time here, or the expression is none; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Field:
    """The numbers that a field may name."""

    name: str
    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)
    modulus: int | None = None
    """If it is less than there are numbers: Sunday is 0, and 7 as well."""

    @property
    def everything(self) -> frozenset[int]:
        """All of them."""
        return frozenset(self._wrapped(each) for each in range(self.low, self.high + 1))

    def read(self, text: str) -> frozenset[int]:
        """Return the numbers named by a list of `*`, `3`, `1-5`, `5/15`, `*/2`, `10-50/20`.

        A range that ends before it begins goes over the end: 22-2 is 22, 23, 0, 1, 2.

        Raises:
            UntranslatableCronError: It is no such list.
        """
        return frozenset(value for term in text.split(",") for value in self._term(term))

    def _term(self, text: str) -> Sequence[int]:
        match = _TERM.fullmatch(text)
        if match is None or not (match["all"] or match["first"] or match["step"]):
            raise self._wrong(text)
        if match["all"] and (match["first"] or match["last"]):
            raise self._wrong(text)
        step = int(match["step"] or 1)
        if not 0 < step <= self.high:
            raise self._wrong(text)
        if match["first"] is None:
            return [self._wrapped(each) for each in range(self.low, self.high + 1, step)]
        first = self.number(match["first"])
        last = first if match["step"] is None else self.high
        if match["last"] is not None:
            last = self.number(match["last"])
        if last < first:
            last += self._size()
        return [self._wrapped(each) for each in range(first, last + 1, step)]

    def number(self, text: str) -> int:
        """Return one number of the field, which may be spelled as a name.

        Raises:
            UntranslatableCronError: There is none like that.
        """
        value = self.names.get(text)
        if value is None and _NUMBER.fullmatch(text):
            value = int(text)
        if value is None or not self.low <= value <= self.high:
            raise self._wrong(text)
        return value

    def _size(self) -> int:
        return self.modulus or self.high - self.low + 1

    def _wrapped(self, value: int) -> int:
        return self.low + (value - self.low) % self._size()

    def _wrong(self, text: str) -> UntranslatableCronError:
        return UntranslatableCronError(f"{text!r} does not fit the {self.name}")


def spelled(
    values: AbstractSet[int], everything: AbstractSet[int], *, may_begin_with_star: bool = True
) -> str:
    """Name numbers again, as briefly as it can be read: `*`, `*/5`, `9-17`, `1,15`.

    Args:
        values: What to name.
        everything: What the field could name.
        may_begin_with_star: Whether a star may stand for a field that has all, or each n-th.
    """
    ordered, low, high = sorted(values), min(everything), max(everything)
    if values == everything and may_begin_with_star:
        return "*"
    step = _step(ordered)
    if step is not None and step > 1:
        reaches_end = ordered[-1] + step > high
        if ordered[0] == low and reaches_end and may_begin_with_star:
            return f"*/{step}"
        return f"{ordered[0]}-{ordered[-1]}/{step}"
    return ",".join(_runs(ordered))


def _step(ordered: Sequence[int]) -> int | None:
    """Return the one distance between neighbors, if there is one and enough of them."""
    distances = {after - before for before, after in pairwise(ordered)}
    return distances.pop() if len(distances) == 1 and len(ordered) >= _SHORTEST_RUN else None


def _runs(ordered: Sequence[int]) -> list[str]:
    runs: list[list[int]] = []
    for value in ordered:
        if runs and runs[-1][-1] == value - 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return [
        f"{run[0]}-{run[-1]}" if len(run) >= _SHORTEST_RUN else ",".join(map(str, run))
        for run in runs
    ]
