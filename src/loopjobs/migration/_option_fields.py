"""Job data as options: names, types, defaults; what is secret stays out."""

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic.alias_generators import to_pascal

from loopjobs import LoopJobOptions, redact
from loopjobs.migration._facts import Value

_WORD_BEGINS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER: Final = re.compile(r"[^0-9A-Za-z]+")
_TAKEN: Final = frozenset(dir(LoopJobOptions)) | set(LoopJobOptions.model_fields)
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,9})\.[0-9]{0,5}[1-9]")
_SAMPLE: Final = "x1"


@dataclass(frozen=True, slots=True)
class OptionField:
    """One entry of the job data as an option of the job."""

    old_key: str
    name: str
    """In Python."""
    value: Value
    is_secret: bool
    """Its value was not even kept."""

    @property
    def key(self) -> str:
        """In the settings."""
        return to_pascal(self.name)

    @property
    def kind(self) -> str:
        """Its type in Python."""
        if self.is_secret:
            return "SecretStr"
        return "None" if self.value is None else type(self.value).__name__


def option_fields(data: Mapping[str, object]) -> tuple[list[OptionField], list[str]]:
    """Return the options, and the keys whose values are neither text nor numbers."""
    fields, left = [], []
    names: set[str] = set()
    for key, value in data.items():
        if value is not None and not isinstance(value, str | int | float | bool):
            left.append(key)
            continue
        name = _unique(python_name(key), names)
        is_secret = _looks_secret(key, value)
        fields.append(OptionField(key, name, None if is_secret else _meant(value), is_secret))
    return fields, left


def python_name(text: str) -> str:
    """Return a name in snake_case that an options class can have and does not have yet."""
    words = _OTHER.sub("_", _WORD_BEGINS.sub("_", text)).strip("_").lower()
    words = re.sub(r"_+", "_", words) or "value"
    is_taken = words in _TAKEN or keyword.iskeyword(words) or words.startswith("model_")
    return f"job_{words}" if is_taken or not words[0].isalpha() else words


def _meant(value: Value) -> Value:
    """Return the number or truth that a text is; one that would be spelled otherwise stays text."""
    if not isinstance(value, str):
        return value
    if value in {"true", "false"}:
        return value == "true"
    if _WHOLE.fullmatch(value):
        return int(value)
    return float(value) if _DECIMAL.fullmatch(value) else value


def _unique(name: str, taken: set[str]) -> str:
    found = next(each for each in _candidates(name) if to_pascal(each) not in taken)
    taken.add(to_pascal(found))
    return found


def _candidates(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _looks_secret(key: str, value: Value) -> bool:
    named = f"{_WORD_BEGINS.sub('_', key)}={_SAMPLE}"
    return redact(named) != named or (isinstance(value, str) and redact(value) != value)
