"""What templates say with a bar: `{{ seconds | span }}`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from loopjobs import wording
from loopjobs.web._chart import chart
from loopjobs.web._instants import absolute, ago, clock_time, until
from loopjobs.web._ledger_bar import ledger_bar
from loopjobs.web._sparkline import sparkline
from loopjobs.web._views import Slice
from loopjobs.web._words import OUTCOMES, number, plain
from loopjobs.wording import whole


def segment(name: str) -> str:
    """Return a name as one segment of a path: not even its slashes are left."""
    return quote(name, safe="", errors="replace")


def span(seconds: float | None) -> str:
    """Return a duration; a dash for none."""
    return "\N{EN DASH}" if seconds is None else wording.span(seconds)


def before(now: datetime, seconds: float) -> datetime:
    """Return the instant so many seconds earlier."""
    return now - timedelta(seconds=seconds)


def beside(slots: Sequence[Slice], by_hand: Sequence[Slice]) -> Iterator[tuple[str, int, int]]:
    """Put two ledgers side by side: each outcome that is in one of them, and both counts."""
    left = {each.outcome: each.count for each in slots}
    right = {each.outcome: each.count for each in by_hand}
    for outcome in OUTCOMES:
        if outcome in left or outcome in right:
            yield outcome, left.get(outcome, 0), right.get(outcome, 0)


def in_words(slices: Sequence[Slice]) -> str:
    """Return a ledger as one sentence."""
    if not slices:
        return "No slot has ended yet"
    return "Slots: " + ", ".join(f"{number(each.count)} {plain(each.outcome)}" for each in slices)


def icon(health: str) -> str:
    """Return the file of the icon that shows a health."""
    return "icon.svg" if health == "healthy" else f"icon-{health}.svg"


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    each.__name__: each
    for each in (
        absolute,
        ago,
        before,
        beside,
        chart,
        clock_time,
        icon,
        in_words,
        ledger_bar,
        number,
        plain,
        segment,
        span,
        sparkline,
        until,
        whole,
    )
}
"""Every function here by its own name."""
