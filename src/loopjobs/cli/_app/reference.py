"""How an application is named on the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopjobs.cli._mistakes import CommandError

VARIABLE: Final = "LOOPJOBS_APP"


@dataclass(frozen=True, slots=True)
class AppReference:
    """`module:attribute`, or `path/to/file.py:attribute`."""

    place: str
    """The module, or the path of the file."""
    attribute: str

    @property
    def file(self) -> Path | None:
        """The file, if one is named and not a module."""
        return Path(self.place) if self.place.endswith(".py") else None

    def __str__(self) -> str:
        return f"{self.place}:{self.attribute}"


def parse_reference(text: str | None) -> AppReference:
    """Read how the application is named.

    Raises:
        CommandError: It is not named, or not in this way.
    """
    if not text:
        raise CommandError(
            "which application? Name its builder, as in login.app:build_host_builder or "
            f"jobs.py:builder, or set {VARIABLE}."
        )
    place, _, attribute = text.rpartition(":")
    if not place or not attribute.isidentifier():
        raise CommandError(
            f"{text!r} does not name an application: write module:attribute, as in "
            "login.app:build_host_builder, or path/to/file.py:attribute."
        )
    return AppReference(place, attribute)
