"""The options that are in force, and who may ask for them."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from loopjobs._host.bindings import Bindings
from loopjobs._host.registration import JobRegistration, Registrations
from loopjobs._host.wiring import OptionsSource, monitor_of
from loopjobs._loop.service import LoopHostedService
from loopjobs._run.options_monitor import JobOptionsMonitor, OptionsMonitor
from loopjobs._words.options import LoopJobOptions, Options

_NAMED: Final = 3

AnyLoop: TypeAlias = LoopHostedService[object, LoopJobOptions]


class Monitors:
    """One monitor for each options object, shared by container and loops."""

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

    def of_job(self, job: JobRegistration) -> OptionsSource:
        return OptionsSource(job.options_type, self.jobs.get(job.name))

    def shared(self) -> list[OptionsSource]:
        """Options that everybody may ask for: those whose class means one object only."""
        sources = {
            registration.options_type: OptionsSource(
                registration.options_type, self.plain.get(registration)
            )
            for registration in self._registrations.options
        }
        for job in self._registrations.jobs:
            if len(self._users_of(job.options_type)) == 1:
                sources.setdefault(job.options_type, self.of_job(job))
        return list(sources.values())

    def unclear(self) -> dict[object, str]:
        """Options that only their jobs may ask for, with the reason."""
        plain = {registration.options_type for registration in self._registrations.options}
        reasons: dict[object, str] = {}
        for kind in {job.options_type for job in self._registrations.jobs} - plain:
            users = self._users_of(kind)
            if len(users) > 1:
                named = " and ".join([*users[:_NAMED], *(["others"] if users[_NAMED:] else [])])
                reason = f"{named} each have their own, and only they can ask for it"
                reasons |= {kind: reason, monitor_of(kind): reason}
        return reasons

    def _users_of(self, kind: type[Options]) -> list[str]:
        return self._users[kind]

    def use(self, bindings: Bindings, loops: Iterable[AnyLoop]) -> None:
        """Put newly bound options in force."""
        for registration, options in bindings.plain.items():
            self.plain[registration].use(options)
        for loop in loops:
            loop.use_options(bindings.jobs[loop.name])
