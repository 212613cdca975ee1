"""The options that are in force, and who may ask for them."""

from collections.abc import Iterable, Mapping
from typing import Final

from loopjobs._host.bindings import Bindings
from loopjobs._host.registration import OptionsRegistration, Registrations
from loopjobs._host.service_line import AnyLoop
from loopjobs._host.wiring import OptionsSource, monitor_of
from loopjobs._run.options_monitor import JobOptionsMonitor, OptionsMonitor
from loopjobs._words.options import Options

_NAMED: Final = 3


class Monitors:
    """One monitor for each options object, shared by container and loops.

    There while a host is built; afterwards each is found where it is used.
    """

    def __init__(self, registrations: Registrations, bindings: Bindings) -> None:
        self.jobs = {
            name: JobOptionsMonitor(name, options) for name, options in bindings.jobs.items()
        }
        self.plain = {
            registration: OptionsMonitor(options)
            for registration, options in bindings.plain.items()
        }
        self._registrations = registrations
        self._users: dict[type[Options], list[str]] = {}
        for job in registrations.jobs:
            self._users.setdefault(job.options_type, []).append(job.name)

    def shared(self) -> list[OptionsSource]:
        """Options that everybody may ask for: those whose class means one object only."""
        sources = {
            registration.options_type: OptionsSource(
                registration.options_type, self.plain.get(registration)
            )
            for registration in self._registrations.options
        }
        for kind, users in self._users.items():
            if len(users) == 1:
                sources.setdefault(kind, OptionsSource(kind, self.jobs.get(users[0])))
        return list(sources.values())

    def unclear(self) -> dict[object, str]:
        """Options that only their jobs may ask for, with the reason."""
        plain = {registration.options_type for registration in self._registrations.options}
        reasons: dict[object, str] = {}
        for kind, users in self._users.items():
            if len(users) > 1 and kind not in plain:
                named = " and ".join([*users[:_NAMED], *(["others"] if users[_NAMED:] else [])])
                reason = f"{named} each have their own, and only they can ask for it"
                reasons |= {kind: reason, monitor_of(kind): reason}
        return reasons


def put_in_force(
    bindings: Bindings,
    plain: Mapping[OptionsRegistration, OptionsMonitor[Options]],
    loops: Iterable[AnyLoop],
) -> None:
    """Put newly bound options in force."""
    for registration, options in bindings.plain.items():
        plain[registration].use(options)
    for loop in loops:
        loop.use_options(bindings.jobs[loop.name])
