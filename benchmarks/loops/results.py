"""What was measured, and how it is kept between measuring and showing."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from loops.order import Figures


@dataclass(frozen=True)
class Result:
    """One measurement."""

    case: str
    system: str
    round: int
    interval: float
    """Seconds, as it was measured: not every system can do what the case asks for."""
    figures: Figures = field(default_factory=dict)
    failure: str | None = None
    """Why there are no figures."""


@dataclass(frozen=True)
class Setting:
    """Where and when it was measured."""

    python: str
    machine: str
    processors: int
    load: float
    """Of the minute before, in processes that wanted to run."""
    day: str

    @classmethod
    def here(cls, day: str) -> "Setting":
        """Describe this machine."""
        machine = f"{platform.system()} {platform.release()} {platform.machine()}"
        load = os.getloadavg()[0]
        return cls(platform.python_version(), machine, os.cpu_count() or 1, load, day)

    def paragraphs(self, *, is_quick: bool) -> list[str]:
        """Return in Markdown what has to be known of all figures."""
        where = f"Python {self.python}, {self.machine}, {self.processors} processors"
        parts = [f"Measured on {self.day}, {where}, load {self.load:.1f} at the beginning."]
        if is_quick:
            parts.append("**A quick run: good for checking the instrument, not for quoting.**")
        return parts


@dataclass
class Results:
    """All measurements of one run."""

    setting: Setting
    is_quick: bool
    results: list[Result] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write it down, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        beside.replace(path)


def load_results(path: Path) -> Results:
    """Read what `Results.save` wrote."""
    told = json.loads(path.read_text(encoding="utf-8"))
    results = [Result(**each) for each in told["results"]]
    return Results(Setting(**told["setting"]), told["is_quick"], results)


def of_case(results: Sequence[Result], case: str, system: str) -> list[Result]:
    """Return the measurements of one system in one case, by round."""
    found = [each for each in results if (each.case, each.system) == (case, system)]
    return sorted(found, key=lambda each: each.round)
