"""Where settings come from: files, environment variables, code."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from loopjobs._host.settings.growth import givens_of, grow
from loopjobs._host.settings.json_text import parse
from loopjobs._host.settings.snapshot import Settings
from loopjobs._host.settings.tree import Branch, merge
from loopjobs._words.errors import Problem

DEFAULT_FILE: Final = "appsettings.json"
ENVIRONMENT_VARIABLE: Final = "LOOPJOBS_ENVIRONMENT"
DEFAULT_ENVIRONMENT: Final = "Production"
CODE: Final = "settings given in code"


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
        # The one place where environment variables are read.
        variables = dict(os.environ)
        files, complete = self._read_files(self._environment_name(variables, problems), problems)
        code = grow(givens_of(self._settings, CODE) or (), CODE, problems)
        return Settings(
            problems=tuple(problems),
            home=self._names[0] if self._names else CODE,
            _layers=(files, code),
            _variables=variables,
            _complete=complete,
        )

    def _environment_name(
        self, variables: Mapping[str, str], problems: list[Problem]
    ) -> str | None:
        name = self._environment or variables.get(ENVIRONMENT_VARIABLE) or DEFAULT_ENVIRONMENT
        if not set(name) & {"/", "\\", "\0"}:
            return name
        what = f"the name of the environment cannot be part of a file name, given {name!r}"
        problems.append(Problem(ENVIRONMENT_VARIABLE, what, "Use letters and digits."))
        return None

    def _read_files(self, environment: str | None, problems: list[Problem]) -> tuple[Branch, bool]:
        tree = Branch({}, DEFAULT_FILE)
        complete = environment is not None
        for name, required in self._files(environment):
            path = self._directory / name
            if required or os.path.lexists(path):
                content = _read_file(path, name, problems)
                complete = complete and content is not None
                tree = tree if content is None else merge(tree, content)
        return tree, complete

    def _files(self, environment: str | None) -> Iterator[tuple[str, bool]]:
        for name in self._names:
            yield name, self._required
            if environment and Path(name).name:
                path = Path(name)
                yield str(path.with_name(f"{path.stem}.{environment}{path.suffix}")), False


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
