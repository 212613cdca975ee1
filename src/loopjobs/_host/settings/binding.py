"""Binding a section to its options class: options, or all that keeps them from being made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from loopjobs._host.settings.secrecy import scrubbed, section_looks_secret
from loopjobs._host.settings.shaping import Location, Place, Shape
from loopjobs._host.settings.tree import Branch, Leaf, source_of
from loopjobs._host.settings.wording import DEFAULT_SOURCE, Complaint, place_of
from loopjobs._words.errors import Problem
from loopjobs._words.options import Options

OptionsT = TypeVar("OptionsT", bound=Options)
Places = Mapping[Location, Place]


@dataclass(frozen=True, slots=True)
class Bound(Generic[OptionsT]):
    """What came of one section."""

    options: OptionsT | None
    """The options; None if this section has problems, or what it lacks stood in a lost file."""
    problems: tuple[Problem, ...] = ()
    """The problems of this section; those of the files are in `Settings.problems`."""
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Where each value came from, by its path in the section: a source, or `default`."""


def bind_branch(
    options_type: type[OptionsT], section: str, branch: Branch, *, home: str, complete: bool
) -> Bound[OptionsT]:
    """Make options of an object of the settings.

    Args:
        options_type: the class to make.
        section: the path of the object, for messages.
        branch: the object.
        home: the file where a missing key belongs, for messages.
        complete: False if a file was lost. Then no key is called missing: it may stand there.

    Raises:
        Exception: what a validator of the options class raises, other than the errors pydantic
            knows, for that is a mistake in code and not in the settings.
    """
    shape = Shape()
    root = Place(section, options_type, section_looks_secret(section), branch)
    plain = shape.take(root, ())
    sources = _sources(section, shape.places)
    options: OptionsT | None = None
    found: list[Problem] = []
    try:
        options = options_type.model_validate(plain)
    except ValidationError as error:
        details = error.errors(include_url=False)
        found = _problems(details, shape.places, home=home, complete=complete)
        options = None
    except Exception as error:
        error.add_note(f"while settings section {section!r} was bound to {options_type.__name__}")
        raise
    problems = (*shape.problems, *found)
    return Bound(None if problems else options, problems, sources)


def _problems(
    details: list[ErrorDetails], places: Places, *, home: str, complete: bool
) -> list[Problem]:
    complaints: dict[str, tuple[Place, list[ErrorDetails]]] = {}
    for detail in details:
        place = place_of(detail["loc"], places)
        complaints.setdefault(place.where, (place, []))[1].append(detail)
    secrets = _secrets(places)
    return [
        _scrubbed(complaint.to_problem(home), secrets)
        for complaint in (Complaint(place, found) for place, found in complaints.values())
        if complete or not complaint.missing
    ]


def _secrets(places: Places) -> list[str]:
    return [
        place.node.value
        for place in places.values()
        if place.secret and isinstance(place.node, Leaf)
        if isinstance(place.node.value, str) and place.node.value
    ]


def _scrubbed(problem: Problem, secrets: list[str]) -> Problem:
    what = scrubbed(problem.what, secrets)
    return Problem(problem.where, what, problem.remedy, problem.source)


def _sources(section: str, places: Places) -> Mapping[str, str]:
    sources: dict[str, str] = {}
    for place in places.values():
        path = place.where[len(section) + 1 :]
        if place.node is not None:
            sources[path] = source_of(place.node)
        elif place.field is not None and not place.field.is_required():
            sources.setdefault(path, DEFAULT_SOURCE)
    sources.pop("", None)
    return MappingProxyType(sources)
