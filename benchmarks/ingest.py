"""How many keep-alives Login takes in on one processor, against the bare driver.

    python benchmarks/ingest.py [--quick] [--rows N] [--engine NAME]
    python benchmarks/ingest.py --markdown

The service keeps to one processor and the sender, plain sockets, to another. In the same run: each
keep-alive in a transaction of its own, both on uvloop, and no service at all. It keeps what it
found in `var/ingest/results.json`, and goes on there if it was interrupted; `--markdown` measures
nothing, and puts that into docs/reference/performance.md.
"""

import sys

from intake.command import main

if __name__ == "__main__":
    sys.exit(main())
