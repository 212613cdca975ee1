"""As much of PromQL as it takes to see which metrics and labels an expression uses."""

import re
from collections.abc import Iterator
from typing import Final

_STRING: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_DURATION: Final = re.compile(r"\[[^\]]*\]")
_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SELECTOR: Final = re.compile(r"\b([a-z_]+)\s*\{([^}]*)\}")
_GROUPING: Final = re.compile(r"\b(?:by|on|ignoring|without)\s*\(([^)]*)\)")
_MATCHER: Final = re.compile(r"\s*([a-z_]+)\s*(?:=~|!~|!=|=)")
_WORDS: Final = frozenset(
    {
        *("by", "on", "ignoring", "without", "and", "or", "unless", "offset", "bool"),
        *("sum", "max", "min", "avg", "count", "rate", "increase", "histogram_quantile"),
        *("time", "absent", "clamp_max", "label_values"),
    }
)
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


class Promql:
    """One expression."""

    def __init__(self, expression: str) -> None:
        self._text = _STRING.sub('""', expression)

    @property
    def is_balanced(self) -> bool:
        """Whether every bracket is closed by its like."""
        stack: list[str] = []
        for character in self._text:
            if character in _PAIRS.values():
                stack.append(character)
            elif character in _PAIRS and (not stack or stack.pop() != _PAIRS[character]):
                return False
        return not stack

    @property
    def metrics(self) -> set[str]:
        """The names of series."""
        text = re.sub(r"\{[^}]*\}", "", _GROUPING.sub(" ", _DURATION.sub("", self._text)))
        text = re.sub(r"\boffset\s+\w+", "", text)
        text = re.sub(r",\s*\w+\s*\)\s*$", ")", text) if "label_values" in text else text
        return {name for name in _NAME.findall(text) if name not in _WORDS}

    @property
    def labels(self) -> set[tuple[str, str]]:
        """What is asked of each series in braces."""
        return set(self._labels())

    @property
    def grouping(self) -> set[str]:
        """Labels that results are grouped or matched by."""
        lists = _GROUPING.findall(self._text)
        return {name.strip() for each in lists for name in each.split(",") if name.strip()}

    def _labels(self) -> Iterator[tuple[str, str]]:
        for metric, matchers in _SELECTOR.findall(self._text):
            for matcher in matchers.split(","):
                found = _MATCHER.match(matcher)
                if found:
                    yield metric, found[1]
