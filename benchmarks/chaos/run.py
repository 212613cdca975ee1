"""Does to a cluster of real processes what the catalogue of faults says, and judges the outcome.

    python benchmarks/chaos/run.py [--fault NAME ...] [--scale 0.1] [--engine ENGINE] [--jobs N]

The engines are postgresql (most faults), sqlite and redis (those that are the same for each store,
and those that only they have).
`--jobs` does so many faults at once, each on a server of its own, and `--markdown` prints the table
for a page. The exit code is 1 if a figure was missed.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from chaos.command import main

    sys.exit(main())
