"""The reference says what the code says."""

import enum
import pkgutil
import runpy
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import ValidationError

import loopjobs
from loopjobs import LoopJobOptions

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generated() -> Mapping[str, str]:
    """The pages as the code gives them now."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(DOCS)
        pages: Mapping[str, str] = runpy.run_path(str(DOCS / "generate.py"))["pages"]()
    return pages


@pytest.mark.parametrize(
    "page", ["api.md", "options.md", "errors.md", "outcomes.md", "metrics.md", "command.md"]
)
def test_a_committed_page_is_what_the_code_gives(page: str, generated: Mapping[str, str]) -> None:
    """If this fails, run `make docs` and commit what it writes."""
    committed = (DOCS / "reference" / page).read_text(encoding="utf-8")
    assert committed == generated[page]


def test_every_page_of_the_reference_is_generated(generated: Mapping[str, str]) -> None:
    """No page is left behind when the generator no longer writes it; the benchmarks write one."""
    written = set(generated) | {"performance.md"}
    assert {path.name for path in (DOCS / "reference").iterdir()} == written


def test_every_public_name_is_explained(generated: Mapping[str, str]) -> None:
    """Of each package but the command, whose page is its own."""
    sections = dict(part.split("\n", 1) for part in generated["api.md"].split("\n## ")[1:])
    names = [f".{each.name}" for each in pkgutil.iter_modules(loopjobs.__path__) if each.ispkg]
    packages = {f"loopjobs{name}" for name in ["", *names] if not name.startswith("._")}
    assert sections.keys() == packages - {"loopjobs.cli"}
    for package, text in sections.items():
        told = dict(part.split("\n", 1) for part in text.split("\n### ")[1:])
        assert set(told) == set(import_module(package).__all__) - {"__version__"}
        assert [name for name, words in told.items() if len(words.split()) < 3] == []


def test_an_enumeration_is_told_with_its_members(generated: Mapping[str, str]) -> None:
    """One that others derive from has none, and none are told."""
    told = dict(part.split("\n", 1) for part in generated["api.md"].split("\n### ")[1:])
    enumerations = {
        name: each
        for name in loopjobs.__all__
        if isinstance(each := getattr(loopjobs, name), enum.EnumType)
    }
    assert {name for name in enumerations if "One of" not in told[name]} == {"SettingsEnum"}
    for name, each in enumerations.items():
        assert [member for member in each.__members__ if f"`{member}`" not in told[name]] == []


@pytest.mark.parametrize("interval", [0.001, 3600, 10 * 366 * 86_400])
def test_the_interval_has_the_range_the_page_says(interval: float) -> None:
    """A validator checks it, so the generator cannot read it from the field."""
    options = LoopJobOptions(interval_in_seconds=interval, jitter_in_seconds=interval / 2)
    assert options.interval_in_seconds == interval
    with pytest.raises(ValidationError, match="must be less than IntervalInSeconds"):
        LoopJobOptions(interval_in_seconds=interval, jitter_in_seconds=interval)


@pytest.mark.parametrize("interval", [0, -1, 0.0009, 10 * 366 * 86_400 + 1])
def test_an_interval_outside_the_range_is_refused(interval: float) -> None:
    """Zero is refused, and what is too short or too long to be meant."""
    with pytest.raises(ValidationError, match="must be"):
        LoopJobOptions(interval_in_seconds=interval)
