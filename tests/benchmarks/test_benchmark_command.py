"""Benchmarks keep what they have measured, and go on where they were interrupted."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmark_command import Benchmark, CannotMeasureError, Taking, run
from measured import Results, load_results
from performance_page import Table


@dataclass(frozen=True)
class Figure:
    """One measurement."""

    name: str
    value: int

    @property
    def step(self) -> str:
        """Its name."""
        return self.name


def benchmark(measure: Callable[[Taking[Figure]], None]) -> Benchmark[Figure]:
    """A benchmark of numbers."""

    def write_page(results: Results[Figure]) -> list[Path]:
        return [Path(f"{len(results.results)} figures")]

    return Benchmark("numbers", "Counts.", Figure, _add_arguments, measure, _tables, write_page)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int)


def _tables(results: Sequence[Figure]) -> list[Table]:
    return [Table("Numbers", ("Name", "Value"), tuple((r.name, str(r.value)) for r in results))]


def counting(until: str | None = None) -> Callable[[Taking[Figure]], None]:
    """Measure a, b and c, each as what was there before it; interrupted at one of them."""

    def measure(taking: Taking[Figure]) -> None:
        for name in "abc":
            if taking.results.has(name):
                continue
            if name == until:
                raise KeyboardInterrupt
            taking.keep(Figure(name, len(taking.results.results) + 10 * (until is None)))

    return measure


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where results go."""
    return tmp_path / "numbers" / "results.json"


def call(
    measure: Callable[[Taking[Figure]], None], output: Path, *arguments: str
) -> tuple[int, dict[str, int], bool]:
    """Run it; return the exit code, and what is kept."""
    code = run(benchmark(measure), [*arguments, "--output", str(output)])
    kept = load_results(output, Figure)
    return code, {each.name: each.value for each in kept.results}, kept.is_whole


def test_a_run_that_was_interrupted_goes_on(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was measured is not measured again, and the page would say that something is missing."""
    assert call(counting("c"), output) == (130, {"a": 0, "b": 1}, False)
    assert "is missing" in "".join(load_results(output, Figure).paragraphs())
    assert call(counting(), output) == (0, {"a": 0, "b": 1, "c": 12}, True)
    assert "going on with the 2 results" in capsys.readouterr().out


def test_a_run_that_came_to_its_end_is_repeated(output: Path) -> None:
    """Whoever asks again wants to know again."""
    call(counting(), output)
    call(counting("b"), output)
    assert load_results(output, Figure).results == [Figure("a", 0)]


@pytest.mark.parametrize("other", ["--restart", "--quick", "--rows=7"])
def test_another_run_does_not_go_on_with_it(other: str, output: Path) -> None:
    """Nor one that is to begin anew."""
    call(counting("c"), output)
    assert call(counting(), output, other) == (0, {"a": 10, "b": 11, "c": 12}, True)


def test_a_quick_run_leaves_the_results_of_a_whole_one_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It has a file of its own."""
    monkeypatch.setattr("benchmark_command._VAR", tmp_path)
    run(benchmark(counting()), [])
    run(benchmark(counting("b")), ["--quick"])
    folder = tmp_path / "numbers"
    assert len(load_results(folder / "results.json", Figure).results) == 3
    assert load_results(folder / "quick.json", Figure).is_quick


def test_what_is_in_the_way_is_said_in_a_line(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, and the exit code of a failure."""

    def measure(_: Taking[Figure]) -> None:
        raise CannotMeasureError("no room: name another folder")

    assert run(benchmark(measure), ["--output", str(output)]) == 1
    assert capsys.readouterr().out == "no room: name another folder\n"


def test_results_of_another_version_are_refused(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how to get on."""
    output.parent.mkdir()
    output.write_text('{"results": [{"name": "a"}], "setting": {}}', encoding="utf-8")
    assert run(benchmark(counting()), ["--markdown", "--output", str(output)]) == 1
    assert "--restart" in capsys.readouterr().out
    assert call(counting(), output, "--restart")[0] == 0


def test_the_page_is_written_from_what_is_kept(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is measured for it; without results it says what to do."""
    asked = ["--markdown", "--output", str(output)]
    assert run(benchmark(counting()), asked) == 1
    assert "measure first" in capsys.readouterr().out
    call(counting(), output)
    assert run(benchmark(counting("a")), asked) == 0
    assert "written: 3 figures" in capsys.readouterr().out
