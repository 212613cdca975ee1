"""Does to a cluster of real processes what the catalogue of faults says, and judges the outcome.

    python benchmarks/chaos/run.py [--fault NAME ...] [--scale 0.1] [--markdown]

A whole run takes about an hour; the exit code is 1 if a figure was missed.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from chaos.command import main

    sys.exit(main())
