"""Durations and distances in time, as a person says them."""

from typing import Final

_UNITS: Final = (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))
_MINUTE: Final = 60


def span(seconds: float) -> str:
    """Return how long something took: `340 ms`, `2.3 s`, `4 min 12 s`; two units at most."""
    if (thousandths := round(seconds * 1000)) < 1000:  # noqa: PLR2004 - a second
        return f"{thousandths} ms" if thousandths or not seconds else "< 1 ms"
    if (tenths := round(seconds, 1)) < _MINUTE:
        return f"{tenths:.1f}".removesuffix(".0") + " s"
    return whole(round(seconds))


def whole(seconds: float) -> str:
    """Return a duration in whole seconds that have passed, two units at most: a clock counts so."""
    rest = max(0, int(seconds))
    for name, length, next_name, next_length in _UNITS:
        if rest >= length:
            less = rest % length // next_length
            return f"{rest // length} {name}" + (f" {less} {next_name}" if less else "")
    return f"{rest} s"


def ago(seconds: float) -> str:
    """Return how long ago something was."""
    return f"{whole(seconds)} ago" if seconds >= 1 else "just now"


def ahead(seconds: float) -> str:
    """Return how far ahead something is."""
    return f"in {whole(seconds)}" if seconds >= 1 else "now"


def exact(seconds: float) -> str:
    """Return a duration in the largest unit that it is a whole number of: nothing is rounded."""
    for unit, length, _, _ in _UNITS:
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.15g} s"
