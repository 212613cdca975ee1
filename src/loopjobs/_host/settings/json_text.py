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
_NOT_JSON: Final = frozenset({"NaN", "Infinity", "-Infinity"})


def plain_json(text: str) -> str:
    """Blank out comments and trailing commas; every other character keeps its line and column."""
    pieces: list[str] = []
    previous = ","
    comma: int | None = None
    for word in _TOKEN.findall(text):
        if word.isspace() or word.startswith(("//", "/*")):
            pieces.append(re.sub(r"\S", " ", word))
            continue
        if word in "]}" and comma is not None:
            pieces[comma] = " "
        comma = len(pieces) if word == "," and previous not in "[{,:" else None
        previous = word
        # Python's parser would take these words, which are not JSON: make it stumble over them.
        pieces.append("?" * len(word) if word in _NOT_JSON else word)
    return "".join(pieces)


def parse(text: str) -> object:
    """Parse the text of a settings file; its objects become `JsonObject`.

    Raises:
        json.JSONDecodeError: with the line and column in the original text.
        ValueError: it is nested too deeply, or a number has more digits than Python reads.
    """
    depth = deepest = 0
    for word in _TOKEN.findall(text):
        depth += (word in ("[", "{")) - (word in ("]", "}"))
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ValueError(f"settings are nested deeper than {MAX_DEPTH} levels")
    value: object = json.loads(plain_json(text), object_pairs_hook=_object)
    return value


def _object(pairs: list[tuple[str, object]]) -> JsonObject:
    return JsonObject(tuple(pairs))
