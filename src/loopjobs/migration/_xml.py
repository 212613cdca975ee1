"""XML of unknown origin: no document types, no entities, bounded; each element knows its line."""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from loopjobs.migration._errors import MigrationError

_DEEPEST: Final = 50
_MOST_ELEMENTS: Final = 200_000


@dataclass(slots=True)
class Element:
    """One element, by its name without the namespace."""

    name: str
    line: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> list["Element"]:
        """Return the elements of that name in it."""
        return [child for child in self.children if child.name == name]

    def first(self, *names: str) -> "Element | None":
        """Return the first element in it that has one of these names."""
        return next((child for child in self.children if child.name in names), None)

    def value(self, *names: str) -> str | None:
        """Return the text of that element; `None` if there is none, or nothing in it."""
        found = self.first(*names)
        return None if found is None else found.text.strip() or None


def parse_xml(content: bytes, where: str) -> Element:
    """Read a document.

    Raises:
        MigrationError: It is broken, too large, or declares a document type.
    """
    tree = _Tree(where)
    try:
        tree.parser.Parse(content, True)  # noqa: FBT003 - expat's own: this is all of it
    except expat.ExpatError as error:
        what = expat.errors.messages[error.code]
        raise MigrationError(
            f"{where}, line {error.lineno}, column {error.offset + 1}: this is not XML: {what}. "
            "Correct the file there."
        ) from None
    except (LookupError, ValueError) as error:
        raise MigrationError(f"{where}: cannot be read: {error}. Save it as UTF-8.") from None
    return tree.root.children[0]


class _Tree:
    """Grows while expat reads. Expat itself opens nothing and fetches nothing."""

    def __init__(self, where: str) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.root = Element("", 0)
        self._where = where
        self._open = [self.root]
        self._count = 0
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take_text

    def _refuse_document_type(self, *_: object) -> None:
        raise self._error("a document type can hold traps, and Quartz needs none", "Remove it")

    def _start(self, name: str, _: object) -> None:
        self._count += 1
        if len(self._open) > _DEEPEST or self._count > _MOST_ELEMENTS:
            raise self._error("it is nested too deeply, or has too many elements", "Split it")
        element = Element(name.rpartition(" ")[2], self.parser.CurrentLineNumber)
        self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _take_text(self, text: str) -> None:
        self._open[-1].text += text

    def _error(self, what: str, remedy: str) -> MigrationError:
        line = self.parser.CurrentLineNumber
        return MigrationError(f"{self._where}, line {line}: {what}. {remedy}.")
