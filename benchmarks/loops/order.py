"""What a process of the benchmark is asked to measure, and how that is handed over."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

Measure: TypeAlias = Literal["ticks", "memory", "heap", "import"]
Figures: TypeAlias = Mapping[str, float]
"""What was measured, by name, in seconds and bytes."""


@dataclass(frozen=True)
class Order:
    """One measurement, which a process of its own takes."""

    measure: Measure
    system: str
    """`module:Class` of the adapter; for `import`, modules with a comma between them."""
    jobs: int
    interval: float
    is_spread: bool
    seconds: float
    """The window in which ticks are counted is at least as long, and at least one interval."""
    is_on_uvloop: bool = False

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))
