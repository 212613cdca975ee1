"""The blob of job data: JSON and properties are read, serialized objects are not."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_BINARY: Final = {
    b"\x00\x01\x00\x00\x00\xff\xff\xff\xff": "it is an object of .NET in binary",
    b"\xac\xed\x00\x05": "it is an object of Java",
}
_PROPERTY: Final = re.compile(r"(?P<key>(?:[^\\=:\s]|\\.)+)\s*[=:]\s*(?P<value>.*)")
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_CHARACTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_TYPE: Final = "$type"
_LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class JobData:
    """What was read of a blob."""

    values: Mapping[str, object] = field(default_factory=dict)
    unread: str | None = None
    """Why it was not."""


def read_job_data(blob: object) -> JobData:
    """Read a map of names and values; what might run code is left alone."""
    content = bytes(blob) if isinstance(blob, bytes | bytearray | memoryview) else b""
    if isinstance(blob, str):
        content = blob.encode()
    if not content:
        return JobData()
    if len(content) > _LARGEST:
        return JobData(unread="it is larger than a megabyte")
    for beginning, what in _BINARY.items():
        if content.startswith(beginning):
            return JobData(unread=what)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return JobData(unread="it is binary")
    return _json(text) if text.lstrip().startswith("{") else _properties(text)


def _json(text: str) -> JobData:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return JobData(unread="it is not the JSON that it begins like")
    if not isinstance(document, dict):
        return JobData(unread="it is no JSON object")
    return JobData({key: _plain(value) for key, value in document.items() if key != _TYPE})


def _plain(value: object) -> object:
    """Take the one text out of a list: so string collections of .NET are written."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    return value


def _properties(text: str) -> JobData:
    values = {}
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped[0] in "#!":
            continue
        match = _PROPERTY.fullmatch(stripped)
        if match is None:
            return JobData(unread="it is neither JSON nor properties")
        values[_unescaped(match["key"])] = _unescaped(match["value"])
    return JobData(values)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    what = match[1]
    return chr(int(what[1:], 16)) if len(what) > 1 else _CHARACTERS.get(what, what)
