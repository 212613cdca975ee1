"""What was measured, laid out in rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from growth import exponent
from loops.cases import CASES, Case
from loops.cells import MS, NOTHING, US, Cell, above_bare, late, ratio, scaled
from loops.figures import failure_of, median_of
from loops.results import Result
from loops.systems import SYSTEMS, ListedSystem
from performance_page import Table


@dataclass(frozen=True)
class Column:
    """A column and how its cells are found."""

    title: str
    case: str
    cell: Cell


_CPU: Final = (
    Column("1,000 at once: ratio", "burst-1000", ratio("cpu_per_tick_s")),
    Column("µs", "burst-1000", scaled("cpu_per_tick_s", US, ".1f")),
    Column("1,000 spread out: ratio", "spread-1000", ratio("cpu_per_tick_s")),
    Column("µs", "spread-1000", scaled("cpu_per_tick_s", US, ".1f")),
    Column("1 job: ratio", "one", ratio("cpu_per_tick_s")),
    Column("µs", "one", scaled("cpu_per_tick_s", US, ".0f")),
)
_LATE: Final = (
    Column("at once: p50 / p99 / max ms", "burst-1000", late),
    Column("ticks kept %", "burst-1000", scaled("kept", 100, ".0f")),
    Column("spread out: p50 / p99 / max ms", "spread-1000", late),
    Column("ticks kept %", "spread-1000", scaled("kept", 100, ".0f")),
)
_OTHER: Final = (
    Column("bytes a job, resident", "idle", scaled("bytes_per_job", 1, ",.0f")),
    Column("above bare", "idle", above_bare),
    Column("allocated by Python", "heap", scaled("bytes_per_job", 1, ",.0f")),
    Column("above bare", "heap", above_bare),
    Column("import, ms of CPU", "import", scaled("import_s", MS, ",.0f")),
    Column("1,000 at once: shortest interval ms", "saturation", scaled("interval_s", MS, ",.0f")),
)


def tables_of(results: Sequence[Result]) -> list[Table]:
    """Lay out all that was measured; what was not is left out."""
    bursts = [each for each in CASES if each.is_a_size and not each.is_spread]
    spread = [each for each in CASES if each.is_a_size and each.is_spread]
    tables = [
        _table(results, "CPU of a tick", _CPU),
        _table(results, "Lateness with 1,000 jobs", _LATE),
        _growth(results, "CPU of a tick as bursts grow, µs", bursts, "cpu_per_tick_s", US),
        _growth(results, "The same, spread out, µs", spread, "cpu_per_tick_s", US),
        _growth(results, "p99 lateness as bursts grow, ms", bursts, "late_p99_s", MS),
        _growth(results, "The same, spread out, ms", spread, "late_p99_s", MS),
        _growth(results, "From nothing to jobs that wait, ms", bursts, "ready_s", MS),
        _growth(results, "The start alone, ms", bursts, "start_s", MS),
        _growth(results, "The stop, ms", bursts, "stop_s", MS),
        _table(results, "Memory of an idle job, import, saturation", _OTHER),
    ]
    return [table for table in tables if table.rows]


def _table(results: Sequence[Result], title: str, columns: Sequence[Column]) -> Table:
    rows = []
    for system in SYSTEMS:
        cells = [column.cell(results, column.case, system.name) for column in columns]
        if any(cell != NOTHING for cell in cells):
            rows.append((system.title, *cells))
    names = list(dict.fromkeys(column.case for column in columns))
    cases = [case for case in CASES if case.name in names]
    return Table(
        title,
        ("", *(column.title for column in columns)),
        tuple(rows),
        _notes(results, cases),
    )


def _growth(
    results: Sequence[Result], title: str, cases: Sequence[Case], figure: str, factor: float
) -> Table:
    """Lay out one figure by size. A figure of a tick is fitted as what all ticks take together."""
    rows = []
    for system in SYSTEMS:
        if system.kind == "variant":
            continue
        found = [median_of(results, case.name, system.name, figure) for case in cases]
        if not any(each is not None for each in found):
            continue
        pairs = [(case.jobs, each) for case, each in zip(cases, found, strict=True) if each]
        power = 1 if figure == "cpu_per_tick_s" else 0
        fitted = exponent([n for n, _ in pairs], [each * n**power for n, each in pairs])
        cells = [NOTHING if each is None else _short(each * factor) for each in found]
        rows.append((system.title, *cells, NOTHING if fitted is None else f"{fitted:.2f}"))
    columns = ("", *(f"{case.jobs:,}" for case in cases), "grows with jobs to the power of")
    return Table(title, columns, tuple(rows), _notes(results, cases))


def _notes(results: Sequence[Result], cases: Sequence[Case]) -> tuple[str, ...]:
    """Say why cells are empty: nothing is left out in silence."""
    notes: dict[str, list[str]] = {}
    for system in SYSTEMS:
        for case in cases:
            if failure := failure_of(results, case.name, system.name):
                notes.setdefault(f"{_plain(system)}: {failure}", []).append(case.title)
    return tuple(f"{why} ({', '.join(titles)})" for why, titles in notes.items())


def _plain(system: ListedSystem) -> str:
    return system.title.replace("*", "").replace("`", "")


def _short(value: float) -> str:
    """Write three digits, or what stands before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
