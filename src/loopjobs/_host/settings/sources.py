"""Where settings come from: files, environment variables, code."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopjobs._host.settings.file_stamp import FileStamp, stamp_of
from loopjobs._host.settings.growth import givens_of, grow
from loopjobs._host.settings.json_text import parse
from loopjobs._host.settings.snapshot import Settings
from loopjobs._host.settings.tree import Branch, merge
from loopjobs._words.errors import Problem

DEFAULT_FILE: Final = "appsettings.json"
ENVIRONMENT_VARIABLE: Final = "LOOPJOBS_ENVIRONMENT"
DEFAULT_ENVIRONMENT: Final = "Production"
CODE: Final = "settings given in code"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    """How its user knows it."""
    path: Path
    is_variant: bool
    is_required: bool

    def is_due(self) -> bool:
        """Tell whether there is something to read or to complain about.

        An optional file may be missing. If its whole directory is, or cannot be looked into, that
        is an accident, and it must not pass for a file that somebody has removed.
        """
        if self.is_required:
            return True
        try:
            self.path.lstat()
        except (FileNotFoundError, ValueError):
            # A variant lies beside its main file, which is the one to complain.
            return not self.is_variant and not self.path.parent.exists()
        except OSError:
            return True
        return True


class SettingsSources:
    """Files, environment variables and settings given in code, to be read again and again.

    Later sources win: the files in order, each followed by its environment variant, then
    environment variables, then the settings given in code. The order is that of ASP.NET. Without
    files given they are `appsettings.json` and `appsettings.{environment}.json`, both optional. A
    file given is required, its variant is optional.
    """

    def __init__(
        self,
        *,
        settings_files: Sequence[str | os.PathLike[str]] | None,
        settings: Mapping[str, object] | None,
        environment: str | None,
    ) -> None:
        if isinstance(settings_files, str | os.PathLike):
            settings_files = [settings_files]
        self._required = settings_files is not None
        self._names = [os.fspath(name) for name in settings_files or ()]
        if settings_files is None:
            self._names = [DEFAULT_FILE]
        self._settings: Mapping[str, object] = {} if settings is None else settings
        self._environment = environment
        # Remembered, so that a program that changes its directory rereads the same files.
        self._directory = Path.cwd()

    def read(self) -> Settings:
        """Read everything anew. What is wrong with a source is in `Settings.problems`."""
        problems: list[Problem] = []
        # Environment variables are read here, and the name of the environment by `look`.
        variables = dict(os.environ)
        environment = self._environment_name(variables, problems)
        files = self._files(environment)
        # Before they are read: an edit that comes in between is then noticed by the next look.
        stamps = _stamps_of(files)
        content, complete = _read_files(files, problems)
        code = grow(givens_of(self._settings, CODE) or (), CODE, problems)
        return Settings(
            problems=tuple(problems),
            home=self._names[0] if self._names else CODE,
            stamps=stamps,
            _files=content,
            _code=code,
            _variables=_by_section(variables),
            _complete=complete and environment is not None,
        )

    def look(self) -> tuple[FileStamp, ...]:
        """Look at the files without reading them, also at those that are not there (yet)."""
        return _stamps_of(self._files(self._environment_name(os.environ, [])))

    def _environment_name(
        self, variables: Mapping[str, str], problems: list[Problem]
    ) -> str | None:
        name = self._environment or variables.get(ENVIRONMENT_VARIABLE) or DEFAULT_ENVIRONMENT
        if not set(name) & {"/", "\\", "\0"}:
            return name
        what = f"the name of the environment cannot be part of a file name, given {name!r}"
        problems.append(Problem(ENVIRONMENT_VARIABLE, what, "Use letters and digits."))
        return None

    def _files(self, environment: str | None) -> list[_File]:
        return [file for name in self._names for file in self._with_variant(name, environment)]

    def _with_variant(self, name: str, environment: str | None) -> Iterator[_File]:
        path = Path(name)
        yield _File(name, self._directory / name, is_variant=False, is_required=self._required)
        if environment and path.name:
            variant = path.with_name(f"{path.stem}.{environment}{path.suffix}")
            place = self._directory / variant
            yield _File(str(variant), place, is_variant=True, is_required=False)


def _by_section(variables: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Sort out the variables that can belong to a section, by the first part of their names."""
    sorted_out: dict[str, dict[str, str]] = {}
    for name, value in variables.items():
        first, of_section, _ = name.partition("__")
        if of_section:
            sorted_out.setdefault(first.casefold(), {})[name] = value
    return sorted_out


def _stamps_of(files: Sequence[_File]) -> tuple[FileStamp, ...]:
    return tuple(stamp_of(file.path) for file in files)


def _read_files(files: Sequence[_File], problems: list[Problem]) -> tuple[Branch, bool]:
    tree, complete = Branch({}, DEFAULT_FILE), True
    for file in files:
        if file.is_due():
            content = _read_file(file.path, file.name, problems)
            complete = complete and content is not None
            tree = tree if content is None else merge(tree, content)
    return tree, complete


def _read_file(path: Path, name: str, problems: list[Problem]) -> Branch | None:
    """Read one file; None if nothing could be read, and then a problem says why.

    Args:
        path: where it is.
        name: how its user knows it.
        problems: what is wrong with it is added here.
    """
    try:
        content = path.read_bytes()
        givens = givens_of(parse(content.decode("utf-8-sig")), name)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, it is told with the rest
        what, remedy = _reason(error, path)
    else:
        if givens is not None:
            return grow(givens, name, problems)
        what, remedy = "the top level must be an object", "Put the sections between { and }."
    problems.append(Problem(name, what, remedy))
    return None


def _reason(error: Exception, path: Path) -> tuple[str, str]:
    match error:
        case FileNotFoundError() if not path.parent.exists():
            return f"there is no such directory: {path.parent}", "Create it, or mount it."
        case FileNotFoundError():
            return f"there is no such file: {path}", "Create it, or do not name it."
        case OSError():
            return f"cannot be read: {error.strerror}", "Make it a readable file."
        case UnicodeDecodeError(object=content, start=start):
            line = content.count(b"\n", 0, start) + 1
            what = f"line {line} is not UTF-8 (byte 0x{content[start]:02x})"
            return what, "Save the file as UTF-8."
        case json.JSONDecodeError():
            what = f"line {error.lineno}, column {error.colno} is not JSON: {error.msg}"
            return what, "Correct the file there."
        case _:
            return f"cannot be read: {error}", "Correct the file."
