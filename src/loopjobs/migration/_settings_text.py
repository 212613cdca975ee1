"""Adds sections to the text of a settings file, and leaves every other character as it is."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from loopjobs import plain_json
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import Value
from loopjobs.migration._json_files import parse_json

_COMMENT: Final = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DEFAULT_INDENT: Final = "  "

Sections = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Added:
    """A text with more sections."""

    text: str
    added: Sequence[str]
    kept: Sequence[str]
    """Sections that were there: they were not touched."""


def add_sections(text: str, sections: Sections, where: str) -> Added:
    """Put sections behind those that a settings file has.

    Comments, order, indentation, line ends and a trailing comma stay what they are. Sections that
    are there, under whatever case, are left alone.

    Raises:
        MigrationError: The text is no JSON object.
    """
    document = parse_json(text, where) if text.strip() else {}
    if not isinstance(document, dict):
        raise MigrationError(f"{where}: the top level must be an object. Put it between {{ and }}.")
    there = {key.partition(":")[0].casefold() for key in document}
    new = {name: values for name, values in sections.items() if name.casefold() not in there}
    kept = [name for name in sections if name not in new]
    if not new:
        return Added(text, (), kept)
    if not text.strip():
        text = f"{{{_line_end_of(text)}}}{_line_end_of(text)}"
    return Added(_Text(text).with_members(new), tuple(new), kept)


class _Text:
    """The text of one object, with the places between which something can be put."""

    def __init__(self, text: str) -> None:
        self._text = text
        plain = plain_json(text)
        self._end = len(plain.rstrip()) - 1
        self._begin = plain.index("{")
        self._last = len(plain[: self._end].rstrip()) - 1
        self._is_empty = self._last == self._begin
        # Comments that follow the last value, and perhaps a comma, up to the closing brace.
        self._tail = text[self._last + 1 : self._end]

    def with_members(self, sections: Sections) -> str:
        """Return the text with these behind its last member."""
        bare = _COMMENT.sub(lambda found: " " * len(found[0]), self._tail)
        has_comma = "," in bare
        is_one_line = not _LINE_END.search(self._text[self._begin : self._end])
        head, close = self._text[: self._last + 1], self._text[self._end :]
        comma = "" if has_comma or self._is_empty else ","
        tail = self._tail.rstrip()
        more = "," * has_comma
        if is_one_line:
            members = ", ".join(_dumped(name, values, None) for name, values in sections.items())
            return f"{head}{comma}{tail} {members}{more}{self._gap or ' '}{close}"
        line_end, indent = _line_end_of(self._text), self._indent()
        separator = f",{line_end}{indent}"
        members = separator.join(
            _dumped(name, values, indent).replace("\n", f"{line_end}{indent}")
            for name, values in sections.items()
        )
        gap = self._gap if _LINE_END.search(self._gap) else line_end
        return f"{head}{comma}{tail}{line_end}{indent}{members}{more}{gap}{close}"

    @property
    def _gap(self) -> str:
        """The space before the closing brace."""
        return self._tail[len(self._tail.rstrip()) :]

    def _indent(self) -> str:
        """Return how far the first member is from the margin."""
        found = re.match(r"\{\s*?[\r\n]+([ \t]+)\"", plain_json(self._text)[self._begin :])
        if found is None:
            found = re.search(r"[\r\n]([ \t]+)\"", plain_json(self._text))
        return _DEFAULT_INDENT if found is None else found[1]


def _dumped(name: str, values: Mapping[str, Value], indent: str | None) -> str:
    text = json.dumps(values, indent=indent, ensure_ascii=False)
    # Half a pair of surrogates is no letter, and cannot be written as one.
    text = _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return f"{json.dumps(name, ensure_ascii=False)}: {text}"


def _line_end_of(text: str) -> str:
    found = _LINE_END.search(text)
    return "\n" if found is None else found[0]
