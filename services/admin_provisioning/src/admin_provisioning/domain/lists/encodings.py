"""How the letters of a file are written, told by looking at it."""

import codecs
from typing import BinaryIO, Final

from admin_provisioning.domain.lists.errors import UnreadableListError

_CHUNK: Final = 64 * 1024
_SAMPLE: Final = 4 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LAST_RESORT: Final = "windows-1252"


def detect_encoding(file: BinaryIO) -> str:
    """Return the name of the encoding; the file is left at its beginning.

    A byte order mark decides; else zeros in every other byte give UTF-16 away; else it is UTF-8 if
    it can be, and Windows-1252 if it cannot.

    Raises:
        UnreadableListError: it is a workbook, not text.
    """
    file.seek(0)
    sample = file.read(_SAMPLE)
    if sample.startswith(_WORKBOOKS):
        raise UnreadableListError("this is a workbook; save the sheet as CSV and send that")
    encoding = _by_mark(sample) or _by_zeros(sample) or _by_trying(file)
    file.seek(0)
    return encoding


def _by_mark(sample: bytes) -> str | None:
    return next((name for mark, name in _MARKS if sample.startswith(mark)), None)


def _by_zeros(sample: bytes) -> str | None:
    """Return UTF-16 if most letters are of the kind that has a zero for its other half."""
    first, second = sample[0::2], sample[1::2]
    if 2 * second.count(0) > len(second) and not first.count(0):
        return "utf-16-le"
    if 2 * first.count(0) > len(first) and not second.count(0):
        return "utf-16-be"
    return None


def _by_trying(file: BinaryIO) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(_CHUNK):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _LAST_RESORT
    return "utf-8"
