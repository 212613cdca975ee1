"""Jobs over many rows in their services: what they take, and what requests feel meanwhile.

    python benchmarks/sweeps_at_scale.py [--quick] [--rows N] [--case NAME] [--engine NAME]
    python benchmarks/sweeps_at_scale.py --markdown

Five sizes each, the largest with one or two million rows, and a job that does the same row by row.
Databases are made for the occasion, on the disk. It keeps what it found in
`var/sweeps/results.json`, and goes on there if it was interrupted; `--markdown` measures nothing,
and puts that into docs/reference/performance.md.
"""

import sys

from sweeps.command import main

if __name__ == "__main__":
    sys.exit(main())
