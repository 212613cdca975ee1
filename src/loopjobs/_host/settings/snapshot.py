"""A snapshot of all settings, that sections are bound from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loopjobs._host.settings.binding import Bound, OptionsT, bind_branch
from loopjobs._host.settings.environment import variables_layer
from loopjobs._host.settings.keys import keys_of
from loopjobs._host.settings.layering import merge
from loopjobs._host.settings.section import Absent, Misshapen, find
from loopjobs._host.settings.tree import Branch
from loopjobs._host.settings.wording import DEFAULT_SOURCE
from loopjobs._words.errors import Problem


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
