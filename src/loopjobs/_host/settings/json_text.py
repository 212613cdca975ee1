"""JSON as ASP.NET reads it in settings files: with comments and trailing commas."""

import json
import re
from typing import Final

from loopjobs._host.settings.growth import JsonObject

MAX_DEPTH: Final = 64
"""As deep as `System.Text.Json` reads by default; it also bounds the recursion of readers."""

_TOKEN: Final = re.compile(
    r"""
      "(?:[^"\\]|\\.)*+"      # a string, whatever it holds
    | //[^\r\n]*              # a comment to the end of the line
    | /\*.*?\*/               # a comment over any number of lines
    | \s+
    | [^\s"/\[\]{},:]+        # a number or a word
    | .                       # punctuation, or what the parser will complain about
    """,
    re.DOTALL | re.VERBOSE,
)
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")
_NOT_JSON: Final = frozenset({"NaN", "Infinity", "-Infinity"})


def plain_json(text: str) -> str:
    """Blank out comments and trailing commas; every other character keeps its line and column."""
    pieces: list[str] = []
    previous = ","
    comma: int | None = None
    for word in _TOKEN.findall(text):
        if word.isspace():
            pieces.append(word)
            continue
        if word.startswith(("//", "/*")):
            pieces.append(re.sub(r"\S", " ", word))
            continue
        if word in "]}" and comma is not None:
            pieces[comma] = " "
        comma = len(pieces) if word == "," and previous not in "[{,:" else None
        previous = word
        # Make the parser stumble over them, where they are.
        pieces.append("?" * len(word) if word in _NOT_JSON else word)
    return "".join(pieces)


def parse(text: str) -> object:
    """Parse the text of a settings file; its objects become `JsonObject`.

    Raises:
        json.JSONDecodeError: with the line and column in the original text.
        ValueError: it is nested too deeply, or a number has more digits than Python reads.
    """
    try:
        # Most files have neither comments nor trailing commas; to look for them takes longest.
        return _read(text)
    except ValueError:
        return _read(plain_json(text))


def _read(text: str) -> object:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ValueError(f"settings are nested deeper than {MAX_DEPTH} levels")
    value: object = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    return value


def _refuse(word: str) -> object:
    # Python's parser would take these words, which are not JSON.
    raise ValueError(f"{word} is not JSON")


def _object(pairs: list[tuple[str, object]]) -> JsonObject:
    return JsonObject(tuple(pairs))
