"""All jobs at a glance: the same rows for a host of one's own and for a service far away."""

from loopjobs.cli._overview.rows import JobRow, trouble_first
from loopjobs.cli._overview.table import overview

__all__ = ["JobRow", "overview", "trouble_first"]
