"""JSON files: with comments and trailing commas, as .NET allows, and keys in any case."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loopjobs import plain_json
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._numbers import whole_number


def parse_json(text: str, where: str) -> object:
    """Read a document.

    Raises:
        MigrationError: It is broken.
    """
    try:
        value: object = json.loads(plain_json(text))
    except json.JSONDecodeError as error:
        raise MigrationError(
            f"{where}, line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}. "
            "Correct the file there."
        ) from None
    except (ValueError, RecursionError):
        raise MigrationError(
            f"{where}: it is nested too deeply, or has a number that is too long. Split the file."
        ) from None
    return value


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document, and the path to it."""

    value: object
    where: str

    @property
    def is_object(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.value, Mapping)

    def get(self, *names: str) -> "Node | None":
        """Return what is under the first of these keys that is there, in any case."""
        if isinstance(self.value, Mapping):
            folded = {key.casefold(): key for key in self.value}
            for name in names:
                if (key := folded.get(name.casefold())) and self.value[key] is not None:
                    return Node(self.value[key], f"{self.where}:{key}")
        return None

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Yield keys and what is under them; nothing if it is no object."""
        if isinstance(self.value, Mapping):
            for key, value in self.value.items():
                yield key, Node(value, f"{self.where}:{key}")

    def each(self, *names: str) -> Iterator["Node"]:
        """Yield the items of the list under one of these keys."""
        found = self.get(*names)
        if found is None:
            return
        if not isinstance(found.value, list):
            raise found.error("must be a list", "Put the items between [ and ]")
        for index, value in enumerate(found.value):
            yield Node(value, f"{found.where}:{index}")

    def text(self, *names: str) -> str | None:
        """Return the text under one of these keys; numbers count as text, as in .NET."""
        found = self.get(*names)
        if found is None or found.value == "":
            return None
        if isinstance(found.value, bool):
            return "true" if found.value else "false"
        if isinstance(found.value, str | int | float):
            return str(found.value)
        raise found.error("must be text or a number", "Correct it")

    def need(self, *names: str) -> str:
        """Return the text under one of these keys.

        Raises:
            MigrationError: There is none.
        """
        value = self.text(*names)
        if value is None:
            raise self.error(f"{names[0]} is missing", "Add it")
        return value

    def number(self, name: str, default: int) -> int:
        """Return the whole number under that key.

        Raises:
            MigrationError: It is none.
        """
        text = self.text(name)
        number = default if text is None else whole_number(text)
        if number is None:
            raise self.error(f"{name} must be a whole number, given {text!r}", "Correct it")
        return number

    def error(self, what: str, remedy: str) -> MigrationError:
        """Return what to raise about it."""
        return MigrationError(f"{self.where}: {what}. {remedy}.")
