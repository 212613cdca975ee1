"""Jobs over many rows, while another client writes: what it takes, and what the other one feels.

    python benchmarks/sweeps_at_scale.py [--quick] [--rows N] [--case NAME] [--engine NAME]
    python benchmarks/sweeps_at_scale.py --markdown

Three sizes each, the largest with one or two million rows, and a job that does the same row by row.
Databases are made for the occasion, on the disk. It writes what it found to
`var/sweeps/results.json`; `--markdown` measures nothing, and puts that into
docs/reference/performance.md.
"""

import sys

from sweeps.command import main

if __name__ == "__main__":
    sys.exit(main())
