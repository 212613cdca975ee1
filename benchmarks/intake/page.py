"""The section of the page about ingest, and its picture."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from filling.on_disk import ENGINES, TITLES
from growth import exponent
from intake.measuring import Result
from intake.shapes import Shape
from performance_page import Table
from plot import Curve
from section import Section

_COLUMNS: Final = (
    *("Keep-alives", "PCs", "Connections", "a second", "p50 / p99, ms"),
    *("Processor, µs each", "Sender busy", "Refused"),
)
_RATIOS: Final = (
    *("Database", "Together / one by one", "Together / bare driver"),
    *("On uvloop: together", "one by one"),
)
_GROWTH: Final = ("What", "Grows with PCs to the power of")
_NOTHING: Final = "–"  # noqa: RUF001 - a dash, as in print
_ALT: Final = (
    "Microseconds of a keep-alive against the PCs there are, one line a database and shape"
)
_GOOD: Final = "200"


def tables_of(results: Sequence[Result]) -> list[Table]:
    """Lay out all that was measured."""
    tables = [Table(f"On {TITLES[engine]}", _COLUMNS, _rows(results, engine)) for engine in ENGINES]
    tables.append(Table("What it comes to", _RATIOS, tuple(ratios_of(results))))
    growth = [
        (curve.title, _NOTHING if power is None else f"{power:z.2f}")
        for curve in curves_of(results)
        for power in [exponent(*zip(*curve.points, strict=True))]
    ]
    tables.append(Table("What a keep-alive takes, as the fleet grows", _GROWTH, tuple(growth)))
    return [table for table in tables if table.rows]


def ratios_of(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give ratios on each database: the medians of rounds, in which shapes took turns."""
    for engine in ENGINES:
        found = [each for each in results if each.engine == engine]
        pairs = (
            (Shape.TOGETHER, Shape.ONE_BY_ONE),
            (Shape.TOGETHER, Shape.BARE),
            (Shape.TOGETHER_ON_UVLOOP, Shape.TOGETHER),
            (Shape.ONE_BY_ONE_ON_UVLOOP, Shape.ONE_BY_ONE),
        )
        ratios = [_ratio(found, shape, other) for shape, other in pairs]
        if any(ratio is not None for ratio in ratios):
            told = (_NOTHING if ratio is None else f"{ratio:.2f}" for ratio in ratios)
            yield TITLES[engine], *told


def curves_of(results: Sequence[Result]) -> list[Curve]:
    """Return by the PCs what one keep-alive takes: time of a processor, or of the bare driver."""
    curves = []
    for engine in ENGINES:
        for shape, what in ((Shape.TOGETHER, "processor"), (Shape.BARE, "bare driver")):
            points = []
            for pcs in sorted({each.pcs for each in results}):
                rounds = _rounds(results, engine, pcs, shape)
                if rounds:
                    points.append((float(pcs), median(map(_cost, rounds))))
            if points:
                curves.append(Curve(f"{TITLES[engine]}, {what}", points))
    return curves


def line_of(result: Result) -> str:
    """Say one result, for those who wait for the others."""
    what = f"{result.shape} on {TITLES[result.engine]}, {result.pcs:,} PCs"
    return f"{what}, {result.connections} connections: {result.per_second:,.0f} a second"


def _cost(result: Result) -> float:
    """Return the microseconds that one keep-alive takes."""
    return 1e6 / result.per_second if result.shape is Shape.BARE else result.processor_time


def _ratio(results: Sequence[Result], shape: Shape, other: Shape) -> float | None:
    """Return how many times as many one shape takes in: the median over what both measured."""
    others = {each.step[1:2] + each.step[3:]: each for each in results if each.shape is other}
    ratios = [
        each.per_second / against.per_second
        for each in results
        if each.shape is shape and (against := others.get(each.step[1:2] + each.step[3:]))
        if against.per_second
    ]
    return median(ratios) if ratios else None


def _rounds(
    results: Sequence[Result], engine: str, pcs: int, shape: Shape, connections: int | None = None
) -> list[Result]:
    """Return all rounds of a measurement; without connections, those with the most."""
    found = [
        each for each in results if (each.engine, each.pcs, each.shape) == (engine, pcs, shape)
    ]
    most = max((each.connections for each in found), default=0)
    wanted = most if connections is None else connections
    return [each for each in found if each.connections == wanted]


def _rows(results: Sequence[Result], engine: str) -> tuple[tuple[str, ...], ...]:
    steps = dict.fromkeys(each.step[1:4] for each in results if each.engine == engine)
    return tuple(_row(_rounds(results, engine, *step)) for step in steps)


def _row(rounds: Sequence[Result]) -> tuple[str, ...]:
    """Return all rounds of one measurement as a row: medians."""
    first, rate = rounds[0], median(each.per_second for each in rounds)
    if first.shape is Shape.BARE:
        return (first.shape, f"{first.pcs:,}", _NOTHING, f"{rate:,.0f}", *(_NOTHING,) * 4)
    refused = sum(
        count for each in rounds for status, count in each.answers.items() if status != _GOOD
    )
    latencies = zip(*(each.latencies for each in rounds), strict=True)
    return (
        first.shape,
        f"{first.pcs:,}",
        f"{first.connections}",
        f"{rate:,.0f}",
        " / ".join(f"{median(some):.1f}" for some in latencies),
        f"{median(each.processor_time for each in rounds):,.0f}",
        f"{median(each.sender_busy for each in rounds):.0%}",
        f"{refused:,}",
    )


SECTION: Final = Section(
    "ingest", tables_of, curves_of, ("PCs", "µs"), "What a keep-alive takes", _ALT
)
