"""A snapshot of all settings, that sections are bound from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pydantic import ValidationError

from loopjobs._host.settings.file_stamp import FileStamp
from loopjobs._host.settings.growth import Given, grow
from loopjobs._host.settings.keys import Key, keys_of
from loopjobs._host.settings.shape import Place, Shape
from loopjobs._host.settings.sharing import Sharing
from loopjobs._host.settings.showing import nearest, section_looks_secret, shown_node
from loopjobs._host.settings.tree import Branch, Node, merge, only, source_of
from loopjobs._host.settings.wording import complaints_of, variable_for
from loopjobs._words.errors import Problem
from loopjobs._words.options import Options

NOTHING: Final = Branch({}, "")

OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True)
class Bound(Generic[OptionsT]):
    """What came of one section."""

    options: OptionsT | None
    """The options; None if this section has problems, or what it lacks stood in a lost file."""
    problems: tuple[Problem, ...] = ()
    """The problems of this section; those of the files are in `Settings.problems`."""
    origin: Branch = NOTHING
    """Where the options came from: the section without its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A snapshot of all settings; later edits of files or variables do not reach it."""

    problems: tuple[Problem, ...]
    """What is wrong with the sources themselves, whichever sections are bound."""
    home: str
    """The file where a missing key belongs, as messages call it."""
    stamps: tuple[FileStamp, ...]
    """The files as they were just before they were read, also those that were not there."""
    # A repr would spill passwords into the next log line.
    _files: Branch = field(repr=False)
    _code: Branch = field(repr=False)
    _variables: Mapping[str, Mapping[str, str]] = field(repr=False)
    """Those that can belong to a section, by the first part of its name, folded."""
    _complete: bool = field(repr=False)
    _whole: Branch = field(init=False, repr=False)
    """Files and code, which is all that most sections have."""
    _sharing: Sharing = field(init=False, repr=False, compare=False, default_factory=Sharing)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_whole", merge(self._files, self._code))

    def bind(self, options_type: type[OptionsT], section: str) -> Bound[OptionsT]:
        """Bind a section, such as `PcKeepAliveJob` or `Jobs:PcKeepAliveJob`, to its options class.

        Keys match fields whatever their case, unknown keys are refused, every value is validated.
        A missing section is a problem unless every option has a default. No mistake in the
        settings raises: all of them come back as problems.
        """
        problems: list[Problem] = []
        path = section.split(":")
        branch = self._top(path, problems)
        for depth, name in enumerate(path):
            child = branch.children.get(name.casefold())
            if child is None:
                required = keys_of(options_type).required()
                if required and self._complete:
                    above = self._whole if depth == 0 else branch
                    problems.append(self._absent(path, depth, above, required))
                if required:
                    # While a file is lost nothing is called missing: it may stand there.
                    return Bound(None, tuple(problems))
                branch = NOTHING
                break
            if not isinstance(child.node, Branch) or child.node.is_list:
                return Bound(None, (*problems, _misshapen(path[: depth + 1], child.node)))
            branch = child.node
        bound = self._bind_branch(options_type, section, branch)
        return Bound(None, (*problems, *bound.problems)) if problems else bound

    def _top(self, path: Sequence[str], problems: list[Problem]) -> Branch:
        """Return what holds the first part of a section, with the variables of that section."""
        variables = self._variables.get(path[0].casefold())
        if variables is None:
            return self._whole
        files, code = only(self._files, path[0]), only(self._code, path[0])
        return merge(merge(files, _variables_of(path, variables, problems)), code)

    def _bind_branch(
        self, options_type: type[OptionsT], section: str, branch: Branch
    ) -> Bound[OptionsT]:
        """Make options of an object of the settings.

        What a validator raises beside the errors pydantic knows is a mistake in code, and raised.
        """
        place = Place(section, options_type, branch)
        shape = Shape()
        plain = shape.take(place, ())
        try:
            options = self._sharing.options(options_type, plain)
        except ValidationError as error:
            whole = Shape(notes_places=True)
            whole.take(place, ())
            complaints = complaints_of(error.errors(include_url=False), whole.places)
            heard = [each for each in complaints if self._complete or not each.missing]
            found = [each.to_problem(self.home) for each in heard]
            return Bound(None, (*shape.problems, *found))
        except Exception as error:
            where = f"while settings section {section!r} was bound to {options_type.__name__}"
            error.add_note(where)
            raise
        if shape.problems:
            return Bound(None, tuple(shape.problems))
        return Bound(options, origin=self._sharing.origin(branch))

    def _absent(
        self, path: Sequence[str], depth: int, above: Branch, required: Sequence[Key]
    ) -> Problem:
        near = nearest(path[depth], (child.name for child in above.children.values()), cutoff=0.7)
        section = ":".join(path)
        meant = (
            f"Did you mean '{':'.join([*path[:depth], near])}'? Otherwise add" if near else "Add"
        )
        variable = variable_for(f"{section}:{required[0].shown}")
        remedy = f"{meant} '{section}' to {self.home}, or set environment variable {variable}."
        wanted = ", ".join(key.wanted for key in required)
        what = f"the section is missing, and {wanted} must be given"
        return Problem(section, what, remedy)


def _misshapen(path: Sequence[str], node: Node) -> Problem:
    where = ":".join(path)
    what = (
        f"a section must be an object, given {shown_node(node, secret=section_looks_secret(where))}"
    )
    return Problem(where, what, "Write its keys between { and }.", source_of(node))


def _variables_of(
    section: Sequence[str], variables: Mapping[str, str], problems: list[Problem]
) -> Branch:
    """Lay out the variables of one section: `Section__Key__SubKey`, in any case, as in .NET.

    Variables of the section's own name are not looked at: `HOST` or `PATH` are somebody else's.
    """
    wanted = [name.casefold() for name in section]
    source = "environment variable"
    prefix = "__".join(wanted) + "__"
    givens = []
    for name in sorted(each for each in variables if each.casefold().startswith(prefix)):
        path = tuple(name.split("__"))
        if len(path) > len(wanted) and [part.casefold() for part in path[: len(wanted)]] == wanted:
            givens.append(Given(path, variables[name], f"{source} {name}"))
    return grow(givens, source, problems)
