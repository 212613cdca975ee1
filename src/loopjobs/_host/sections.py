"""The settings in force, section by section, fit to be shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from loopjobs._host.bindings import HOST_SECTION, Bindings
from loopjobs._host.registration import JobRegistration, OptionsRegistration, Registrations
from loopjobs._host.settings import show_section
from loopjobs._words.options import Options
from loopjobs._words.records import ShownOption


class Sections(Mapping[str, Sequence[ShownOption]]):
    """Each section that is bound to options, in order of registration; shown when it is asked for.

    Args:
        registrations: What is bound to which section.
        in_force: Returns the options that were last taken over.
    """

    def __init__(self, registrations: Registrations, in_force: Callable[[], Bindings]) -> None:
        self._registrations = registrations
        self._in_force = in_force

    @cached_property
    def _bound(self) -> dict[str, OptionsRegistration | JobRegistration | None]:
        return {
            HOST_SECTION: None,
            **{each.section: each for each in self._registrations.options},
            **{job.section: job for job in self._registrations.jobs},
        }

    def __getitem__(self, section: str) -> Sequence[ShownOption]:
        """Show one section."""
        bindings = self._in_force()
        options = _options(bindings, self._bound[section])
        return show_section(options, section, bindings.origins[section])

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the sections."""
        return iter(self._bound)

    def __len__(self) -> int:
        """Return how many sections there are."""
        return len(self._bound)


def _options(bindings: Bindings, bound: OptionsRegistration | JobRegistration | None) -> Options:
    if bound is None:
        return bindings.host
    if isinstance(bound, JobRegistration):
        return bindings.jobs[bound.name]
    return bindings.plain[bound]
