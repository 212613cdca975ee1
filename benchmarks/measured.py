"""What was measured, and how it is kept between measuring and showing."""

import json
import os
import platform
from collections.abc import Hashable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar

from pydantic import TypeAdapter, ValidationError

from loopjobs import SystemClock


class Measurement(Protocol):
    """One measurement; a dataclass."""

    @property
    def step(self) -> Hashable:
        """Which one of a run it is: no other one of the run is equal to it."""
        ...


ResultT = TypeVar("ResultT", bound=Measurement)


class UnreadableResultsError(Exception):
    """A file has no results in it, or those of another version; says which file."""


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
    def here(cls) -> Self:
        """Describe this machine, today."""
        machine = f"{platform.system()} {platform.release()} {platform.machine()}"
        load, day = os.getloadavg()[0], f"{SystemClock().now():%Y-%m-%d}"
        return cls(platform.python_version(), machine, os.cpu_count() or 1, load, day)

    def told(self) -> str:
        """Return it as a sentence."""
        where = f"Python {self.python}, {self.machine}, {self.processors} processors"
        return f"Measured on {self.day}, {where}, load {self.load:.1f} at the beginning."


@dataclass
class Results(Generic[ResultT]):
    """All measurements of one run; kept after each, so that a run that ends early can go on."""

    setting: Setting
    is_quick: bool
    results: list[ResultT] = field(default_factory=list)
    asked_for: str = ""
    """What the run is about, in words of the command line: another run is about something else."""
    is_whole: bool = True
    """Whether the run came to its end."""

    def save(self, path: Path) -> None:
        """Write it down, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        beside.replace(path)

    def has(self, step: Hashable) -> bool:
        """Return whether something was measured already."""
        return any(each.step == step for each in self.results)

    def paragraphs(self) -> list[str]:
        """Return in Markdown what has to be known of all figures."""
        parts = [self.setting.told()]
        if self.is_quick:
            parts.append("**A quick run: good for checking the instrument, not for quoting.**")
        if not self.is_whole:
            parts.append("**The run was interrupted: something is missing.**")
        return parts


def load_results(path: Path, kind: type[ResultT]) -> Results[ResultT]:
    """Read what `Results.save` wrote.

    Args:
        path: Where.
        kind: What one result is.

    Raises:
        UnreadableResultsError: something else is there.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = TypeAdapter(list[kind]).validate_python(told.pop("results"))  # type: ignore[valid-type]
        setting = Setting(**told.pop("setting"))
        return Results(setting=setting, results=found, **told)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise UnreadableResultsError(
            f"{path} has no results that this version knows: measure again with --restart"
        ) from error
