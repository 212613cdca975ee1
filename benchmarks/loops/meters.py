"""What a process can be asked about itself."""

import gc
import resource
from array import array
from collections.abc import Callable
from pathlib import Path
from timeit import timeit

_STATM = Path("/proc/self/statm")
_BODY_SAMPLES = 20_000


class Ticks:
    """Counts ticks: notes when each came, and to which job."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.stamps = array("d")
        self.numbers = array("l")
        self.tick = _recorder(now, self.stamps.append, self.numbers.append)

    def __len__(self) -> int:
        return len(self.stamps)


def _recorder(
    now: Callable[[], float], stamp: Callable[[float], None], note: Callable[[int], None]
) -> Callable[[int], None]:
    def tick(number: int) -> None:
        stamp(now())
        note(number)

    return tick


def cost_of_a_tick(now: Callable[[], float]) -> float:
    """Return the seconds of CPU that counting one tick takes, which no system is to blame for."""
    tick = Ticks(now).tick
    return timeit(lambda: tick(0), timer=cpu, number=_BODY_SAMPLES) / _BODY_SAMPLES


def cpu() -> float:
    """Return the seconds of CPU that this process has had, all its threads together."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def memory() -> int:
    """Return the resident bytes of this process, garbage collected."""
    gc.collect()
    pages = int(_STATM.read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()
