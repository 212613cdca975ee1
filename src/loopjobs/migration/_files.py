"""Files: which of the formats is it?"""

from pathlib import Path
from typing import Final

from loopjobs.migration._cron_list import LISTS, read_csv_list, read_json_list
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import OldScheduler
from loopjobs.migration._json_files import Node, parse_json
from loopjobs.migration._quartz_json import read_quartz_json
from loopjobs.migration._quartz_xml import read_quartz_xml

LARGEST_FILE_IN_BYTES: Final = 10_000_000


def read_file(path: Path) -> list[OldScheduler]:
    """Read `quartz_jobs.xml`, `appsettings.json`, `quartz_jobs.json` or a list in JSON or CSV.

    Raises:
        MigrationError: It cannot be read, or is none of them.
    """
    content, where = _content(path), str(path)
    if path.suffix.casefold() == ".xml":
        return [read_quartz_xml(content, where)]
    text = _decoded(content, where)
    if path.suffix.casefold() == ".csv":
        return [read_csv_list(text, where)]
    return _read_json(Node(parse_json(text, where), where))


def _read_json(document: Node) -> list[OldScheduler]:
    if isinstance(document.value, list):
        return [read_json_list(_items(document.value, document.where), document.where)]
    quartz = document.get("Quartz")
    if quartz is not None:
        return read_quartz_json(quartz)
    if document.get("Schedule", "Schedulers") is not None:
        return read_quartz_json(document)
    found = document.get(*LISTS)
    if found is not None and isinstance(found.value, list):
        return [read_json_list(_items(found.value, found.where), document.where)]
    raise document.error(
        "has neither a section Quartz, nor a Schedule, nor a list of recurring jobs",
        "Give the file that the old scheduler reads",
    )


def _items(values: list[object], where: str) -> list[Node]:
    return [Node(value, f"{where}:{index}") for index, value in enumerate(values)]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_IN_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise MigrationError(f"{path}: cannot be read: {reason}. Name a readable file.") from None
    if len(content) > LARGEST_FILE_IN_BYTES:
        megabytes = LARGEST_FILE_IN_BYTES // 1_000_000
        raise MigrationError(f"{path}: is larger than {megabytes} MB. Is it the right file?")
    return content


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise MigrationError(f"{where}, line {line}: is not UTF-8. Save it as UTF-8.") from None
