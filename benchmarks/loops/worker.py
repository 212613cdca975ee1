"""Takes one measurement in a process of its own: `python -P -m loops.worker ORDER`.

The order comes as JSON, and so do the figures, in the last line that is printed. It imports as
little as possible: what it has imported itself costs a system nothing.
"""

import json
import sys
import time
from importlib import import_module

from loops.order import Figures, Order


def imported(modules: str) -> Figures:
    """Import these modules, and return the CPU that took."""
    began = time.process_time()
    for name in modules.split(","):
        import_module(name)
    return {"import_s": time.process_time() - began}


def main() -> None:
    """Do what the order says."""
    order = Order.from_json(sys.argv[1])
    if order.measure == "import":
        figures = imported(order.system)
    else:
        figures = import_module("loops.measuring").figures_of(order)
    print(json.dumps(dict(figures)), flush=True)


if __name__ == "__main__":
    main()
