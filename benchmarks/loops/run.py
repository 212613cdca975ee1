"""Measures loopjobs against hand-written loops and its peers.

    python benchmarks/loops/run.py [--quick] [--case NAME ...] [--system NAME ...] [--rounds N]
    python benchmarks/loops/run.py --markdown

A whole run takes about twelve minutes on two idle processors, and some more the first time, when it
makes the environments of the peers. It keeps what it found in `var/loops/results.json`, and goes on
there if it was interrupted; `--markdown` measures nothing, and puts that into
docs/reference/performance.md.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Not the folder of this file, whose modules would be taken for others of the same name.
    sys.path[0] = str(Path(__file__).parents[1])
    from loops.command import main

    sys.exit(main())
