"""The command line of the benchmarks: measure, keep, go on, show, write the page."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic

from rich.console import Console

from measured import Results, ResultT, Setting, UnreadableResultsError, load_results
from performance_page import Table
from terminal import shown, terminal

_VAR: Final = Path(__file__).parents[1] / "var"
_FAILED: Final = 1
_INTERRUPTED: Final = 130
_ABOUT_THE_COMMAND: Final = {"markdown", "restart", "output", "quick"}
"""Arguments that do not say what is measured, or have a field of their own."""


class CannotMeasureError(Exception):
    """The benchmark cannot begin or go on; says what is missing, and what to do."""


@dataclass(frozen=True)
class Taking(Generic[ResultT]):
    """A run under way."""

    given: argparse.Namespace
    results: Results[ResultT]
    console: Console

    def keep(self, result: ResultT) -> None:
        """Add what was measured, and write all of it down."""
        self.results.results.append(result)
        self.results.save(self.given.output)


@dataclass(frozen=True)
class Benchmark(Generic[ResultT]):
    """What one benchmark has of its own."""

    name: str
    """Of its folder in `var`."""
    description: str
    kind: type[ResultT]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    measure: Callable[[Taking[ResultT]], None]
    """Measures each step that the results lack."""
    tables: Callable[[Sequence[ResultT]], Sequence[Table]]
    write_page: Callable[[Results[ResultT]], Sequence[Path]]
    """Writes section and pictures; returns where they are."""
    width: int = 170
    """Of the tables where no terminal says how wide it is."""


def run(benchmark: Benchmark[ResultT], arguments: Sequence[str] | None) -> int:
    """Measure and show, or write the page; return the exit code."""
    given = _arguments(benchmark, arguments)
    console = terminal(benchmark.width)
    try:
        if given.markdown:
            return _write(benchmark, given.output, console)
        return _measure(benchmark, given, console)
    except (CannotMeasureError, UnreadableResultsError) as error:
        console.print(f"{error}", style="red", highlight=False)
        return _FAILED


def _write(benchmark: Benchmark[ResultT], path: Path, console: Console) -> int:
    if not path.exists():
        console.print(f"{path} is not there: measure first, without --markdown", style="red")
        return _FAILED
    for written in benchmark.write_page(load_results(path, benchmark.kind)):
        console.print(f"written: {written}", highlight=False)
    return 0


def _measure(benchmark: Benchmark[ResultT], given: argparse.Namespace, console: Console) -> int:
    taking = Taking(given, _begun(benchmark, given, console), console)
    try:
        benchmark.measure(taking)
    except KeyboardInterrupt:
        console.print(f"interrupted; what is in {given.output} is not measured again")
        return _INTERRUPTED
    taking.results.is_whole = True
    taking.results.save(given.output)
    for table in benchmark.tables(taking.results.results):
        console.print(shown(table))
    console.print(f"written to {given.output}", highlight=False)
    return 0


def _begun(
    benchmark: Benchmark[ResultT], given: argparse.Namespace, console: Console
) -> Results[ResultT]:
    """Return the results of the run that goes on, or none yet."""
    told = {name: value for name, value in vars(given).items() if name not in _ABOUT_THE_COMMAND}
    asked_for = ", ".join(f"{name}={value}" for name, value in sorted(told.items()) if value)
    if given.output.exists() and not given.restart:
        kept = load_results(given.output, benchmark.kind)
        if not kept.is_whole and (kept.asked_for, kept.is_quick) == (asked_for, given.quick):
            count = len(kept.results)
            console.print(f"going on with the {count} results in {given.output} (or: --restart)")
            return kept
    return Results(Setting.here(), given.quick, asked_for=asked_for, is_whole=False)


def _arguments(
    benchmark: Benchmark[ResultT], arguments: Sequence[str] | None
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=benchmark.description)
    benchmark.add_arguments(parser)
    parser.add_argument("--quick", action="store_true", help="small and short, to try it out")
    parser.add_argument("--restart", action="store_true", help="do not go on with an earlier run")
    parser.add_argument(
        "--output", type=Path, help="where results are kept, instead of the folder `var`"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="measure nothing: write the page of the docs"
    )
    given = parser.parse_args(arguments)
    if given.output is None:
        name = "quick.json" if given.quick else "results.json"
        given.output = _VAR / benchmark.name / name
    return given
