"""The section of the page about jobs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from loops.figures import exponent
from loops.results import Setting
from performance_page import PAGE, put_section, table
from sweeps.catalogue import CASES
from sweeps.measuring import Result
from sweeps.on_disk import ENGINES, TITLES

_MIB: Final = 2**20
_NOTHING: Final = "-"
COLUMNS: Final = (
    *("Job", "Rows", "s", "Statements", "Longest write / read, ms", "Loop held, ms"),
    *("Memory, MiB", "Job off: p50 / p99 / max, ms", "Job on: p50 / p99 / max, ms"),
)
GROWTH: Final = ("Job", "Database", "Exponent", "Row by row, µs a row", "Job, µs a row", "Ratio")


@dataclass
class Results:
    """All measurements of one run."""

    setting: Setting
    is_quick: bool
    results: list[Result] = field(default_factory=list)

    @classmethod
    def of(cls, document: dict[str, object]) -> "Results":
        """Make them of what `asdict` made of them."""
        kept = dict(document)
        results = [Result(**each) for each in kept.pop("results")]  # type: ignore[attr-defined]
        setting = Setting(**kept.pop("setting"))  # type: ignore[arg-type]
        return cls(setting, bool(kept["is_quick"]), results)

    def as_document(self) -> dict[str, object]:
        """Return them as JSON knows it."""
        return asdict(self)


def write_page(results: Results, page: Path = PAGE) -> None:
    """Write the section."""
    put_section("jobs", section_of(results), page)


def section_of(results: Results) -> str:
    """Return the section in Markdown."""
    parts = results.setting.paragraphs(is_quick=results.is_quick)
    for engine in ENGINES:
        rows = [row_of(each) for each in jobs_on(results.results, engine)]
        if rows:
            parts.append(f"### On {TITLES[engine]}\n\n{table(COLUMNS, rows)}")
    parts.append(f"### How it grows\n\n{table(GROWTH, list(growth_of(results.results)))}")
    return "\n\n".join(parts)


def jobs_on(results: Sequence[Result], engine: str) -> list[Result]:
    """Return what was measured of the jobs on a database."""
    return [each for each in results if each.engine == engine and not each.is_peer]


def row_of(result: Result) -> tuple[str, ...]:
    """Return one measurement as a row of the table."""
    grown = (result.memory_peak - result.memory_before) / _MIB
    return (
        result.case,
        f"{result.rows:,}",
        f"{result.seconds:.2f}",
        f"{result.statements:,}",
        f"{result.longest_write * 1e3:.0f} / {result.longest_read * 1e3:.0f}",
        f"{result.longest_held * 1e3:.0f}",
        f"{result.memory_peak / _MIB:.0f} (+{grown:.0f})",
        " / ".join(f"{value:.1f}" for value in result.off),
        " / ".join(f"{value:.1f}" for value in result.on),
    )


def growth_of(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give how the time of each job grows on each database, and what a row costs, also the peer."""
    for case in CASES:
        for engine in ENGINES:
            found = [each for each in results if (each.case, each.engine) == (case.name, engine)]
            jobs = sorted((each for each in found if not each.is_peer), key=lambda job: job.rows)
            peers = [each for each in found if each.is_peer]
            if not jobs:
                continue
            power = exponent([job.rows for job in jobs], [job.seconds for job in jobs])
            ours = jobs[-1].seconds / jobs[-1].rows * 1e6
            theirs = peers[0].seconds / peers[0].rows * 1e6 if peers else None
            yield (
                case.name,
                TITLES[engine],
                _NOTHING if power is None else f"{power:z.2f}",
                _NOTHING if theirs is None else f"{theirs:,.0f}",
                f"{ours:,.1f}",
                _NOTHING if theirs is None else f"{theirs / ours:,.0f}",
            )
