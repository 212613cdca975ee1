"""Where settings come from."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from loopjobs._host.settings.environment import (
    capture,
    check_environment_name,
    environment_name,
)
from loopjobs._host.settings.files import (
    DEFAULT_FILE,
    SettingsFile,
    SettingsFiles,
    files_to_read,
    read_file,
)
from loopjobs._host.settings.growth import givens_of, grow
from loopjobs._host.settings.layering import merge
from loopjobs._host.settings.snapshot import Settings
from loopjobs._host.settings.tree import Branch
from loopjobs._words.errors import Problem

CODE: Final = "settings given in code"


class SettingsSources:
    """Files, environment variables and settings given in code, to be read again and again.

    Later sources win: the files in order, each followed by its environment variant, then
    environment variables, then the settings given in code. The order is that of ASP.NET.
    """

    def __init__(
        self,
        *,
        settings_files: SettingsFiles,
        settings: Mapping[str, object] | None,
        environment: str | None,
    ) -> None:
        if isinstance(settings_files, str | os.PathLike):
            settings_files = [settings_files]
        self._files = settings_files
        self._settings: Mapping[str, object] = {} if settings is None else settings
        self._environment = environment
        # Remembered, so that a program that changes its directory rereads the same files.
        self._directory = Path.cwd()

    def read(self) -> Settings:
        """Read everything anew. What is wrong with a source is in `Settings.problems`."""
        variables = capture()
        environment = environment_name(self._environment, variables)
        misnamed = check_environment_name(environment)
        files = files_to_read(self._files, self._directory, None if misnamed else environment)
        problems = [misnamed] if misnamed else []
        tree, complete = _read_all(files, problems)
        code = grow(givens_of(self._settings, CODE) or (), CODE, problems)
        return Settings(
            environment=environment,
            files=tuple(file.path for file in files),
            problems=tuple(problems),
            home=files[0].name if files else CODE,
            _layers=(tree, code),
            _variables=variables,
            _complete=complete and misnamed is None,
        )


def _read_all(files: tuple[SettingsFile, ...], problems: list[Problem]) -> tuple[Branch, bool]:
    tree = Branch({}, DEFAULT_FILE)
    complete = True
    for file in files:
        content = read_file(file)
        problems.extend(content.problems)
        if content.tree is not None:
            tree = merge(tree, content.tree)
        elif content.problems:
            complete = False
    return tree, complete
