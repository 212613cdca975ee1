"""Which settings files there are, and what stands in them."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopjobs._host.settings.growth import givens_of, grow
from loopjobs._host.settings.json_text import parse
from loopjobs._host.settings.tree import Branch
from loopjobs._words.errors import Problem

DEFAULT_FILE: Final = "appsettings.json"

SettingsFiles = Sequence[str | os.PathLike[str]] | None


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file to look for; `name` is how its user knows it."""

    path: Path
    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file gave. `tree` is None if there is no such file, or nothing could be read."""

    tree: Branch | None
    problems: tuple[Problem, ...] = ()


def files_to_read(
    given: SettingsFiles, directory: Path, environment: str | None
) -> tuple[SettingsFile, ...]:
    """List the files in the order of their layers, each followed by its environment variant.

    Without files given that is `appsettings.json` and `appsettings.{environment}.json`, both
    optional, as in ASP.NET. A file given is required, its variant is optional. A file that is
    named twice is read once, at its last place.
    """
    names = [DEFAULT_FILE] if given is None else [os.fspath(path) for path in given]
    files: dict[Path, SettingsFile] = {}
    for name in names:
        _add(files, SettingsFile(directory / name, name, required=given is not None))
        if environment and Path(name).name:
            variant = str(_variant(Path(name), environment))
            _add(files, SettingsFile(directory / variant, variant, required=False))
    return tuple(files.values())


def _variant(path: Path, environment: str) -> Path:
    return path.with_name(f"{path.stem}.{environment}{path.suffix}")


def _add(files: dict[Path, SettingsFile], file: SettingsFile) -> None:
    earlier = files.pop(file.path, None)
    required = file.required or (earlier is not None and earlier.required)
    files[file.path] = SettingsFile(file.path, file.name, required)


def read_file(file: SettingsFile) -> FileContent:
    """Read one file. Whatever is wrong with it comes back as a problem that names it."""
    try:
        content = file.path.read_bytes()
    except FileNotFoundError:
        if not file.required:
            return FileContent(None)
        return _lost(file, f"there is no such file: {file.path}", "Create it, or do not name it.")
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        return _lost(file, f"cannot be read: {reason}", "Make it a readable file.")
    return _grown(file, content)


def _grown(file: SettingsFile, content: bytes) -> FileContent:
    try:
        value = parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"line {line} is not UTF-8 (byte 0x{content[error.start]:02x})"
        return _lost(file, what, "Save the file as UTF-8.")
    except json.JSONDecodeError as error:
        what = f"line {error.lineno}, column {error.colno} is not JSON: {error.msg}"
        return _lost(file, what, "Correct the file there.")
    except (ValueError, RecursionError) as error:
        return _lost(file, f"cannot be read as JSON: {error}", "Correct the file.")
    givens = givens_of(value, file.name)
    if givens is None:
        return _lost(file, "the top level must be an object", "Put the sections between { and }.")
    problems: list[Problem] = []
    tree = grow(givens, file.name, problems)
    return FileContent(tree, tuple(problems))


def _lost(file: SettingsFile, what: str, remedy: str) -> FileContent:
    return FileContent(None, (Problem(file.name, what, remedy),))
