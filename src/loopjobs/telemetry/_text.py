"""Writes families in the text formats of Prometheus, each series of them in one step."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Final, TypeAlias

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from loopjobs.telemetry._breaks import with_breaks
from loopjobs.telemetry._families import Answer, Family, Kind, Row

Encode: TypeAlias = Callable[[Collector], bytes]
"""Writes all that a collector has, as the encoders of `prometheus_client` do."""

_LABEL_MARKS: Final = ("\x01", "\x02")
_VALUE_MARK: Final = "\x03"
_MARK: Final = re.compile("([\x01-\x03])")
"""What stands in a form for the labels of a row and for a value; no encoder changes it."""

_UNITS: Final = {"s": "seconds"}
"""What OpenTelemetry's exporter makes of units; of others that occur here it makes nothing."""

_FEW: Final = 1_000


class _Numbers(dict[float, str]):
    """How numbers are written. Most are small counts, and kept."""

    def __missing__(self, number: float) -> str:
        return str(floatToGoString(number))  # type: ignore[no-untyped-call] # it has no types


_number: Final = _Numbers({count: f"{count}.0" for count in range(_FEW)}).__getitem__


def written(answer: Answer, encode: Encode) -> Iterator[bytes]:
    """Write families, to the letter as `encode` would, in pieces.

    It would take 10 µs for a line. So it writes a single row of each family here, and that is the
    form which the others are filled into.
    """
    for family, rows in answer:
        form = _Form(family, encode)
        lines = "".join(map(form.filled, with_breaks(rows)))
        if lines:
            yield (form.head + lines).encode()


class _Form:
    """A row of a family, with gaps for what differs from row to row."""

    def __init__(self, family: Family, encode: Encode) -> None:
        lines = encode(_Shown(_example_of(family))).decode().split("\n")
        head = (line for line in lines if line.startswith("# ") and line != "# EOF")
        self.head = "".join(f"{line}\n" for line in head)
        """The lines about the family."""
        row = [line.rpartition(" ")[0] for line in lines if line and not line.startswith("# ")]
        # Gaps and the text between them take turns; those of each line are in the same order.
        self._pieces = _MARK.split("".join(f"{line} {_VALUE_MARK}\n" for line in row))
        self._lines = len(row)
        gaps = self._pieces[1::2][: len(family.labels) + 1]
        self._stride = 2 * len(gaps)
        self._labels = [_LABEL_MARKS.index(mark) for mark in gaps[:-1]]

    def filled(self, row: Row) -> str:
        """Return the lines of a row."""
        labels, values = row
        pieces, stride = self._pieces, self._stride
        gap = 1
        for which in self._labels:
            pieces[gap::stride] = [_escaped(labels[which])] * self._lines
            gap += 2
        pieces[gap::stride] = map(_number, values)
        return "".join(pieces)


def _example_of(family: Family) -> Metric:
    """Return the family with one row, whose labels are marks."""
    name, unit = _name_of(family.name), _UNITS.get(family.unit, "")
    names = [_name_of(label) for label in family.labels]
    marks = _LABEL_MARKS[: len(names)]
    if family.kind is Kind.HISTOGRAM:
        histogram = HistogramMetricFamily(name, family.description, labels=names, unit=unit)
        bounds = chain(map(str, family.bounds), ["+Inf"])
        histogram.add_metric(marks, [(bound, 0) for bound in bounds], 0)
        return histogram
    create = CounterMetricFamily if family.kind is Kind.COUNTER else GaugeMetricFamily
    others = [_name_of(label) for label in family.cells[0]]
    example = create(name, family.description, labels=[*names, *others], unit=unit)
    for cell in family.cells:
        example.add_metric([*marks, *cell.values()], 0)
    return example


class _Shown(Collector):
    """Has one family."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> list[Metric]:
        return [self._family]


@lru_cache(maxsize=4_096)
def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _name_of(name: str) -> str:
    return name.replace(".", "_")
