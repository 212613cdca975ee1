"""How much one may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkJobLimits:
    """How much one may ask for."""

    max_rows: int
    """In one list."""
    max_bytes: int
    """In one request."""
    max_unfinished_per_owner: int
    """How many jobs of one owner may wait or run at once."""
