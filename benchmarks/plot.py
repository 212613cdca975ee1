"""A log-log chart as SVG: enough for a few lines, on white."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_WIDTH: Final = 860
_HEIGHT: Final = 520
_LEFT: Final = 70
_RIGHT: Final = 230
_TOP: Final = 34
_BOTTOM: Final = 50
_LINE: Final = 15
"""Pixels between two names, at least."""
_COLORS: Final = (
    "#7f7f7f",
    "#8c564b",
    "#d62728",
    "#1f77b4",
    "#9467bd",
    "#2ca02c",
    "#ff7f0e",
    "#17becf",
    "#bcbd22",
    "#e377c2",
    "#5254a3",
)


@dataclass(frozen=True)
class Curve:
    """A name and its points, both coordinates above 0."""

    title: str
    points: Sequence[tuple[float, float]]
    is_bold: bool = False


@dataclass(frozen=True)
class _Axis:
    """Decades, laid out between two pixels."""

    first: int
    last: int
    begin: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], begin: float, end: float) -> "_Axis":
        first = math.floor(math.log10(min(values)))
        return cls(first, max(first + 1, math.ceil(math.log10(max(values)))), begin, end)

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.first) / (self.last - self.first)
        return self.begin + share * (self.end - self.begin)

    def decades(self) -> Iterator[tuple[float, float]]:
        for power in range(self.first, self.last + 1):
            yield 10.0**power, self.at(10.0**power)


def drawn(curves: Sequence[Curve], across: str, up: str) -> str:
    """Draw the curves.

    Args:
        curves: Named at their last points.
        across: What the horizontal axis shows.
        up: What the vertical axis shows.
    """
    points = [point for curve in curves for point in curve.points] or [(1.0, 1.0)]
    x = _Axis.over([point[0] for point in points], _LEFT, _WIDTH - _RIGHT)
    y = _Axis.over([point[1] for point in points], _HEIGHT - _BOTTOM, _TOP)
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        *_grid(x, y),
        _text((x.begin + x.end) / 2, _HEIGHT - 12, across, "middle"),
        _text(x.begin, _TOP - 20, up, "middle"),
        *_lines(curves, x, y),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid(x: _Axis, y: _Axis) -> Iterator[str]:
    for value, place in x.decades():
        yield _line(place, y.begin, place, y.end)
        yield _text(place, y.begin + 18, _figure(value), "middle")
    for value, place in y.decades():
        yield _line(x.begin, place, x.end, place)
        yield _text(x.begin - 8, place + 4, _figure(value), "end")


def _lines(curves: Sequence[Curve], x: _Axis, y: _Axis) -> Iterator[str]:
    """Draw the lines, and write their names beside them, none upon another."""
    ends = sorted((y.at(curve.points[-1][1]), number) for number, curve in enumerate(curves))
    free = float(_TOP)
    for height, number in ends:
        curve, color = curves[number], _COLORS[number % len(_COLORS)]
        weight = 3 if curve.is_bold else 1.5
        path = " ".join(f"{x.at(size):.1f},{y.at(cost):.1f}" for size, cost in curve.points)
        yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{weight}"/>'
        for size, cost in curve.points:
            yield f'<circle cx="{x.at(size):.1f}" cy="{y.at(cost):.1f}" r="3" fill="{color}"/>'
        free = max(height, free)
        last = x.at(curve.points[-1][0])
        yield f'<path d="M{last:.1f},{height:.1f} L{x.end + 10:.1f},{free:.1f}" {_dash(color)}/>'
        yield _text(x.end + 14, free + 4, curve.title, "start", color)
        free += _LINE


def _dash(color: str) -> str:
    return f'fill="none" stroke="{color}" stroke-dasharray="1 3"'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f},{y1:.1f} L{x2:.1f},{y2:.1f}" stroke="#ddd"/>'


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _text(x: float, y: float, text: str, anchor: str, color: str = "#333") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{color}">{escape(text)}</text>'
