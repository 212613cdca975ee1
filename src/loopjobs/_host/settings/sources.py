"""Where settings come from, and a snapshot of them that sections are bound from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loopjobs._host.settings.binding import Bound, OptionsT, bind_branch
from loopjobs._host.settings.environment import (
    capture,
    check_environment_name,
    environment_name,
    variables_layer,
)
from loopjobs._host.settings.files import (
    DEFAULT_FILE,
    SettingsFile,
    SettingsFiles,
    files_to_read,
    read_file,
)
from loopjobs._host.settings.growth import givens_of, grow
from loopjobs._host.settings.keys import keys_of
from loopjobs._host.settings.layering import merge
from loopjobs._host.settings.section import Absent, Misshapen, find
from loopjobs._host.settings.tree import Branch
from loopjobs._host.settings.wording import DEFAULT_SOURCE
from loopjobs._words.errors import Problem

CODE: Final = "settings given in code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A snapshot of all settings; later edits of files or variables do not reach it."""

    environment: str
    """The name of the environment: `Production`, `Development`, ..."""
    files: tuple[Path, ...]
    """The files that were looked for, whether they exist or not: the ones to watch."""
    problems: tuple[Problem, ...]
    """What is wrong with the sources themselves, whichever sections are bound."""
    home: str
    """The file where a missing key belongs, as messages call it."""
    # A repr would spill passwords into the next log line.
    _layers: tuple[Branch, Branch] = field(repr=False)
    _variables: Mapping[str, str] = field(repr=False)
    _complete: bool = field(repr=False)

    def bind(self, options_type: type[OptionsT], section: str) -> Bound[OptionsT]:
        """Bind a section, such as `PcKeepAliveJob` or `Jobs:PcKeepAliveJob`, to its options class.

        Keys match fields whatever their case, unknown keys are refused, every value is validated.
        A missing section is a problem unless every option has a default. No mistake in the
        settings raises: all of them come back as problems.
        """
        problems: list[Problem] = []
        path = tuple(section.split(":"))
        variables = variables_layer(self._variables, path, problems)
        files, code = self._layers
        found = find(merge(merge(files, variables), code), path)
        if isinstance(found, Misshapen):
            return Bound(None, (*problems, found.to_problem()))
        if isinstance(found, Absent):
            required = keys_of(options_type).required()
            if required:
                lacking = (found.to_problem(section, required, self.home),)
                return Bound(None, lacking if self._complete else ())
            found = Branch({}, DEFAULT_SOURCE)
        bound = bind_branch(options_type, section, found, home=self.home, complete=self._complete)
        if not problems:
            return bound
        return Bound(None, (*problems, *bound.problems), bound.sources)


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
        self._settings = settings or {}
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
            _complete=complete,
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
