"""Names for what moves: classes, jobs and sections, each once."""

import keyword
import re
from collections.abc import Iterable, Iterator
from typing import Final

from loopjobs.migration._facts import OldJob, OldTrigger

_OTHER: Final = re.compile(r"[^0-9A-Za-z]+")
_SECTIONS: Final = (
    "ConnectionStrings", "History", "HistoryCleanupJob", "Host", "Leases", "Logging", "Quartz",
    "Telemetry", "Watchdog",
)  # fmt: skip
"""What others have in a settings file."""
_GENERIC: Final = re.compile(r"`\d+.*", re.DOTALL)


class Names:
    """Gives names that are not taken; sections do not tell upper and lower case apart.

    Args:
        taken: Names that others have.
    """

    def __init__(self, taken: Iterable[str] = _SECTIONS) -> None:
        self._taken = {name.casefold() for name in taken}
        self._classes: dict[str, str] = {}

    def take(self, job: OldJob, trigger: OldTrigger) -> tuple[str, str]:
        """Return the name of a loop job, and that of its class, which is one for each old class."""
        class_name = self._class_of(job)
        wishes = [class_name, pascal(job.name), pascal(f"{job.name} {trigger.name}")]
        name = next(each for each in _numbered(wishes) if each.casefold() not in self._taken)
        self._taken.add(name.casefold())
        return name, class_name

    def of_what_stays(self, job: OldJob) -> tuple[str, str]:
        """Return the same two for a job that cannot move: nobody is kept from taking them."""
        name = pascal(job.class_name or class_of(job.code))
        return name, name

    def _class_of(self, job: OldJob) -> str:
        if job.code not in self._classes:
            known = {name.casefold() for name in self._classes.values()}
            wish = pascal(job.class_name or class_of(job.code))
            name = next(each for each in _numbered([wish]) if each.casefold() not in known)
            self._classes[job.code] = name
        return self._classes[job.code]


def class_of(code: str) -> str:
    """Return the class in `Shop.Jobs.RestockJob, Shop`, or the function in `shop.jobs:restock`."""
    path = _GENERIC.sub("", code.partition(",")[0]).partition("(")[0]
    return re.split(r"[.:+]", path.strip(" .:+"))[-1] or path


def pascal(text: str) -> str:
    """Return a name for a class, in ASCII."""
    words = [word for word in _OTHER.split(text) if word]
    name = "".join(f"{word[0].upper()}{word[1:]}" for word in words) or "Job"
    if not name[0].isalpha():
        name = f"Job{name}"
    return f"{name}Job" if keyword.iskeyword(name) else name


def _numbered(wishes: list[str]) -> Iterator[str]:
    yield from wishes
    number = 2
    while True:
        yield f"{wishes[-1]}{number}"
        number += 1
