"""The section of the page about jobs, and its picture."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from filling.on_disk import ENGINES, TITLES
from growth import exponent
from performance_page import Table
from plot import Curve
from section import Section
from sweeps.catalogue import CASES
from sweeps.goals import verdicts_of
from sweeps.measuring import Felt, Result

_MIB: Final = 2**20
_NOTHING: Final = "–"  # noqa: RUF001 - a dash, as in print
_COLUMNS: Final = (
    *("Job", "Rows", "Rows changed", "s", "Statements", "Longest write / read, ms"),
    *("Loop held, ms", "Memory, MiB"),
)
_FELT: Final = (
    *("Job and request", "Rows", "Requests", "Job off: p50 / p99 / max, ms"),
    *("Job on: p50 / p99 / max, ms", "p99 on to off", "Refused"),
)
_GROWTH: Final = ("Job", "Database", "Time grows with rows to the power of", "Statements, too")
_PEERS: Final = ("Job", "Database", "Rows", "Row by row, s", "Job, s", "Ratio", "Statements")
_ALT: Final = "Seconds of one run against the rows of the table, one line a job and database"


def tables_of(results: Sequence[Result]) -> list[Table]:
    """Lay out all that was measured."""
    tables = [Table("Goals", ("", "limit", "reached", ""), tuple(verdicts_of(results)))]
    for engine in ENGINES:
        jobs = _jobs(results, engine)
        title = TITLES[engine]
        tables.append(Table(f"On {title}", _COLUMNS, tuple(map(_row, jobs))))
        felt = tuple(row for job in jobs if job.off for row in _felt(job))
        tables.append(Table(f"Requests meanwhile, {title}", _FELT, felt))
    tables.append(Table("How it grows", _GROWTH, tuple(growth_of(results))))
    tables.append(
        Table("Against row by row, both at the same rows", _PEERS, tuple(peers_of(results)))
    )
    return [table for table in tables if table.rows]


def growth_of(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give how time and statements of each job grow on each database."""
    for case in CASES:
        for engine in ENGINES:
            jobs = _jobs(results, engine, case.name)
            if jobs:
                rows = [job.rows for job in jobs]
                powers = (
                    exponent(rows, [job.seconds for job in jobs]),
                    exponent(rows, [job.statements for job in jobs]),
                )
                told = (_NOTHING if power is None else f"{power:z.2f}" for power in powers)
                yield case.name, TITLES[engine], *told


def peers_of(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give what the peer takes, and the job over exactly as many rows."""
    for peer in results:
        jobs = _jobs(results, peer.engine, peer.case)
        alike = next((job for job in jobs if job.rows == peer.rows), None)
        if peer.is_peer and alike is not None:
            yield (
                peer.case,
                TITLES[peer.engine],
                f"{peer.rows:,}",
                f"{peer.seconds:.2f}",
                f"{alike.seconds:.2f}",
                f"{peer.seconds / alike.seconds:.1f}",
                f"{peer.statements:,} / {alike.statements:,}",
            )


def curves_of(results: Sequence[Result]) -> list[Curve]:
    """Return the seconds of each job by the rows."""
    curves = []
    for engine in ENGINES:
        for case in CASES:
            points = [(float(job.rows), job.seconds) for job in _jobs(results, engine, case.name)]
            if points:
                curves.append(Curve(f"{case.name}, {TITLES[engine]}", points))
    return curves


def line_of(result: Result) -> str:
    """Say one result, for those who wait for the others."""
    felt = ", ".join(f"{each.what} p99 {each.p99:.1f} ms" for each in result.on)
    if result.password:
        felt += f", password {result.password * 1e3:.1f} ms"
    what = f"{result.case}{' row by row' if result.is_peer else ''} on {TITLES[result.engine]}"
    took = f"{result.seconds:.2f} s, {result.changed:,} changed, {result.statements:,} statements"
    write = f"longest write {result.longest_write * 1e3:.0f} ms"
    return f"{what}, {result.rows:,} rows: {took}, {write}, {felt}"


def _jobs(results: Sequence[Result], engine: str, case: str | None = None) -> list[Result]:
    """Return what was measured of jobs on a database, by size."""
    found = [each for each in results if each.engine == engine and not each.is_peer]
    names = [each.name for each in CASES]
    ordered = sorted(found, key=lambda each: (names.index(each.case), each.rows))
    return [each for each in ordered if case in {None, each.case}]


def _row(result: Result) -> tuple[str, ...]:
    grown = (result.memory_peak - result.memory_before) / _MIB
    return (
        result.case,
        f"{result.rows:,}",
        f"{result.changed:,}",
        f"{result.seconds:.2f}",
        f"{result.statements:,}",
        f"{result.longest_write * 1e3:.0f} / {result.longest_read * 1e3:.0f}",
        f"{result.longest_held * 1e3:.0f}",
        f"{result.memory_peak / _MIB:.0f} (+{grown:.0f})",
    )


def _felt(result: Result) -> Iterator[tuple[str, ...]]:
    for off, on in zip(result.off, result.on, strict=True):
        yield (
            f"{result.case}: {on.what}",
            f"{result.rows:,}",
            f"{off.count:,} / {on.count:,}",
            _latencies(off),
            _latencies(on),
            f"{on.p99 / off.p99:.1f}" if off.p99 else _NOTHING,
            _refused(off, on),
        )


def _refused(off: Felt, on: Felt) -> str:
    """Say how many were refused, and why."""
    refused = Counter(off.refused) + Counter(on.refused)
    return ", ".join(f"{count:,} ({status})" for status, count in sorted(refused.items())) or "0"


def _latencies(felt: Felt) -> str:
    return f"{felt.p50:.1f} / {felt.p99:.1f} / {felt.longest:.1f}"


SECTION: Final = Section("jobs", tables_of, curves_of, ("rows", "s"), "Time of a run", _ALT)
