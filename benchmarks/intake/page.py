"""The section of the page about ingest."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from intake.measuring import Result
from intake.shapes import Shape
from loops.figures import exponent
from loops.results import Setting
from performance_page import PAGE, put_section, table
from sweeps.on_disk import ENGINES, TITLES

COLUMNS: Final = (
    *("Keep-alives", "PCs", "Connections", "a second", "p50 / p99, ms"),
    *("Processor, µs each", "Sender busy"),
)
RATIOS: Final = ("Database", "Together / one by one", "Together / bare driver", "Exponent")
_NOTHING: Final = "-"


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
        results = [
            Result(**{**each, "shape": Shape(each["shape"])})
            for each in kept.pop("results")  # type: ignore[attr-defined]
        ]
        setting = Setting(**kept.pop("setting"))  # type: ignore[arg-type]
        return cls(setting, bool(kept["is_quick"]), results)

    def as_document(self) -> dict[str, object]:
        """Return them as JSON knows it."""
        return asdict(self)


def write_page(results: Results, page: Path = PAGE) -> None:
    """Write the section."""
    put_section("ingest", section_of(results), page)


def section_of(results: Results) -> str:
    """Return the section in Markdown."""
    parts = results.setting.paragraphs(is_quick=results.is_quick)
    for engine in ENGINES:
        rows = [row_of(each) for each in results.results if each.engine == engine]
        if rows:
            parts.append(f"### On {TITLES[engine]}\n\n{table(COLUMNS, rows)}")
    ratios = list(ratios_of(results.results))
    parts.append(f"### What it comes to\n\n{table(RATIOS, ratios)}")
    return "\n\n".join(parts)


def row_of(result: Result) -> tuple[str, ...]:
    """Return one measurement as a row of the table."""
    if result.shape is Shape.BARE:
        rest = (_NOTHING,) * 3
        return (result.shape, f"{result.pcs:,}", _NOTHING, f"{result.per_second:,.0f}", *rest)
    return (
        result.shape,
        f"{result.pcs:,}",
        f"{result.connections}",
        f"{result.per_second:,.0f}",
        " / ".join(f"{value:.1f}" for value in result.latencies),
        f"{result.processor_time:,.0f}",
        f"{result.sender_busy:.0%}",
    )


def ratios_of(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give the ratios on each database, and how what a keep-alive costs grows with the fleet."""
    for engine in ENGINES:
        found = [each for each in results if each.engine == engine]
        alike = [each for each in found if each.shape is Shape.ONE_BY_ONE]
        if not alike:
            continue
        (before,) = alike
        together = [
            each
            for each in found
            if each.shape is Shape.TOGETHER and each.connections == before.connections
        ]
        after = next(each for each in together if each.pcs == before.pcs)
        bare = next(each for each in found if each.shape is Shape.BARE)
        power = exponent(
            [each.pcs for each in together], [each.processor_time for each in together]
        )
        yield (
            TITLES[engine],
            f"{after.per_second / before.per_second:.1f}",
            f"{after.per_second / bare.per_second:.2f}",
            _NOTHING if power is None else f"{power:z.2f}",
        )
