"""pydantic's complaints in the words of a settings file."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import ErrorDetails, PydanticUndefined

from loopjobs._host.settings.keys import models, takes_list
from loopjobs._host.settings.shape import Location, Place
from loopjobs._host.settings.showing import one_line, scrubbed, shown_node, shown_value
from loopjobs._host.settings.tree import Leaf, source_of
from loopjobs._words.errors import Problem

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
_OWN_WORDS: Final = {
    "none_required": "must be null",
    "extra_forbidden": "is not a known key",
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type", "dataclass_type"), "must be an object"
    ),
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What pydantic says about one place; several details are the arms of a union."""

    place: Place
    details: Sequence[ErrorDetails]
    secrets: Sequence[str]
    """What a validator may have repeated in its message."""

    @property
    def missing(self) -> bool:
        """Whether a key is needed that nobody has given."""
        node = self.place.node
        # A null may be how one settings file takes back what another one has given.
        is_given = node is not None and not (isinstance(node, Leaf) and node.value is None)
        return not is_given and self.details[0]["type"] == "missing"

    def to_problem(self, home: str) -> Problem:
        """Put it to the reader; `home` is the file where a missing key belongs."""
        place = self.place
        if self.missing:
            return self._missing(home)
        what = " or ".join(dict.fromkeys(map(_rule, self.details))) + self._given()
        what = scrubbed(what, self.secrets)
        if place.node is None:
            remedy = "Correct the default in code, or give a value."
            return Problem(place.where, what, remedy, "default")
        return Problem(place.where, what, self._remedy(), source_of(place.node))

    def _missing(self, home: str) -> Problem:
        section, _, key = self.place.where.rpartition(":")
        other = self.place.instead
        what, added = "is required, but missing", f"'{key}'"
        if other is not None:
            what, added = f"{what}, and so is {other.shown}", f"{added} or '{other.shown}'"
        remedy = f"Add {added} to '{section}' in {home}"
        if not (models(self.place.annotation) or takes_list(self.place.annotation)):
            remedy += f", or set environment variable {variable_for(self.place.where)}"
        return Problem(self.place.where, what, f"{remedy}.")

    def _given(self) -> str:
        place, detail = self.place, self.details[0]
        if place.is_section or detail["loc"][-1:] == _OF_NAME:
            return ""
        if place.node is None:
            return f", given {shown_value(detail['input'], secret=place.secret)}"
        return f", given {shown_node(place.node, secret=place.secret)}"

    def _remedy(self) -> str:
        field = self.place.field
        if self.place.is_section:
            return "Correct the values that do not fit together."
        if field is None or field.is_required():
            return "Correct the value."
        if field.default is PydanticUndefined or self.place.secret:
            return "Correct the value, or remove it to get the default."
        return f"Correct the value, or remove it to get the default, {shown_value(field.default)}."


def complaints_of(
    details: Iterable[ErrorDetails], places: Mapping[Location, Place]
) -> list[Complaint]:
    """Gather what is said about each place; pydantic's own marks (a union's arm) are skipped."""
    gathered: dict[str, tuple[Place, list[ErrorDetails]]] = {}
    for detail in details:
        at: Location = ()
        for part in detail["loc"]:
            at = (*at, part) if (*at, part) in places else at
        gathered.setdefault(places[at].where, (places[at], []))[1].append(detail)
    leaves = [each.node for each in places.values() if each.secret and isinstance(each.node, Leaf)]
    secrets = [leaf.value for leaf in leaves if isinstance(leaf.value, str) and leaf.value]
    return [Complaint(place, found, secrets) for place, found in gathered.values()]


def variable_for(path: str) -> str:
    """Name the environment variable that would set the value at a settings path."""
    return path.replace(":", "__")


def _rule(detail: ErrorDetails) -> str:
    text = one_line(_OWN_WORDS.get(detail["type"]) or _in_plain_words(detail["msg"]))
    return f"its name {text}" if detail["loc"][-1:] == _OF_NAME else text


def _in_plain_words(message: str) -> str:
    demand = _SUBJECT.sub("must ", message)
    if demand == message:
        return _RAISED.sub("", message).rstrip(".")
    for pydantic_words, words in _PLAIN_WORDS:
        demand = demand.replace(pydantic_words, words)
    return _REASON.sub("", demand)
