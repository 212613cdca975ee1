"""pydantic's complaints in the words of a settings file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import ErrorDetails, PydanticUndefined

from loopjobs._host.settings.annotations import models, takes_list
from loopjobs._host.settings.environment import variable_for
from loopjobs._host.settings.rendering import one_line, shown_node, shown_value
from loopjobs._host.settings.shaping import Location, Place
from loopjobs._host.settings.tree import source_of
from loopjobs._words.errors import Problem

DEFAULT_SOURCE: Final = "default"

_SUBJECT: Final = re.compile(
    r"^(?:(?:Decimal )?[Ii]nput|Value|Data|Bytes|String|List|Tuple|Set|Frozenset|Dictionary)"
    r" should "
)
_REASON: Final = re.compile(r", (?:unable to|got a) .*")
_PLAIN_WORDS: Final = (
    ("greater than or equal to", "at least"),
    ("less than or equal to", "at most"),
    ("a valid boolean", "true or false"),
    ("a valid integer", "an integer"),
    ("a valid ", "a "),
)
_RAISED: Final = re.compile(r"^(?:Value error|Assertion failed), ")
_OF_NAME: Final = ("[key]",)
_OWN_WORDS: Final[Mapping[str, str]] = {
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "dataclass_type": "must be an object",
    "extra_forbidden": "is not a known key",
    "none_required": "must be null",
}


def place_of(location: Location, places: Mapping[Location, Place]) -> Place:
    """Find the place a complaint is about; pydantic's own marks (a union's arm) are skipped."""
    at: Location = ()
    for part in location:
        if (*at, part) in places:
            at = (*at, part)
    return places[at]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What pydantic says about one place; several details are the arms of a union."""

    place: Place
    details: Sequence[ErrorDetails]

    @property
    def missing(self) -> bool:
        """Whether a key is needed that nobody has given."""
        return self.place.node is None and self.details[0]["type"] == "missing"

    def to_problem(self, home: str) -> Problem:
        """Put it to the reader; `home` is the file where a missing key belongs."""
        if self.missing:
            return self._missing(home)
        what = " or ".join(dict.fromkeys(map(_rule, self.details))) + self._given()
        if self.place.node is None:
            remedy = "Correct the default in code, or give a value."
            return Problem(self.place.where, what, remedy, DEFAULT_SOURCE)
        return Problem(self.place.where, what, self._remedy(), source_of(self.place.node))

    def _missing(self, home: str) -> Problem:
        section, _, key = self.place.where.rpartition(":")
        remedy = f"Add '{key}' to '{section}' in {home}"
        if not (models(self.place.annotation) or takes_list(self.place.annotation)):
            remedy += f", or set environment variable {variable_for(self.place.where)}"
        return Problem(self.place.where, "is required, but missing", f"{remedy}.")

    def _given(self) -> str:
        place = self.place
        if place.keys is not None or self.details[0]["loc"][-1:] == _OF_NAME:
            return ""
        if place.node is None:
            return f", given {shown_value(self.details[0]['input'], secret=place.secret)}"
        return f", given {shown_node(place.node, secret=place.secret)}"

    def _remedy(self) -> str:
        field = self.place.field
        if self.place.keys is not None:
            return "Correct the values that do not fit together."
        if field is None or field.is_required():
            return "Correct the value."
        if field.default is PydanticUndefined or self.place.secret:
            return "Correct the value, or remove it to get the default."
        return f"Correct the value, or remove it to get the default, {shown_value(field.default)}."


def _rule(detail: ErrorDetails) -> str:
    own = _OWN_WORDS.get(detail["type"])
    text = one_line(own or _in_plain_words(detail["msg"]))
    return f"its name {text}" if detail["loc"][-1:] == _OF_NAME else text


def _in_plain_words(message: str) -> str:
    demand = _SUBJECT.sub("must ", message)
    if demand == message:
        return _RAISED.sub("", message).rstrip(".")
    for pydantic_words, words in _PLAIN_WORDS:
        demand = demand.replace(pydantic_words, words)
    return _REASON.sub("", demand)
