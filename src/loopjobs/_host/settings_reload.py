"""Takes over settings that were read anew, or says why not."""

import logging
from collections.abc import Collection, Mapping, Sequence

from loopjobs._host.bindings import Bindings, bind_sections
from loopjobs._host.changes import changed_host_keys, changed_keys
from loopjobs._host.leases import leaseless_jobs, shortest_call
from loopjobs._host.monitors import put_in_force
from loopjobs._host.registration import OptionsRegistration, Registrations
from loopjobs._host.service_line import AnyLoop
from loopjobs._host.settings import FileStamp, Settings
from loopjobs._run.lease_client import LeaseClient
from loopjobs._run.options_monitor import OptionsMonitor
from loopjobs._words.errors import Problem
from loopjobs._words.options import Options

_log = logging.getLogger("loopjobs.host")


class SettingsReload:
    """Puts a reading of the settings in force if all of it is good; otherwise nothing changes."""

    def __init__(
        self,
        registrations: Registrations,
        monitors: Mapping[OptionsRegistration, OptionsMonitor[Options]],
        loops: Collection[AnyLoop],
        built_with: Bindings,
        *,
        leases: LeaseClient | None,
    ) -> None:
        self.sources = registrations.sources
        self._registrations = registrations
        self._monitors = monitors
        self._loops = loops
        self._leases = leases
        self.in_force = built_with
        """The options that jobs and services get to see."""
        self._told: tuple[object, ...] = ()
        self.readings = 0
        """How many there were; tells whether another one came in between."""
        self.stamps: Sequence[FileStamp] = built_with.stamps
        """The files as they were at the last reading."""
        self.problems: Sequence[Problem] = ()
        """What was wrong with the last reading."""

    def reload(self) -> Sequence[Problem]:
        """Read now, and take it over or say at once what is wrong; return the problems."""
        problems = self.take(self.sources.read())
        self._told = ()
        self.tell()
        return problems

    def take(self, settings: Settings) -> Sequence[Problem]:
        """Take over a reading between runs if it has no problems; return them."""
        self.readings += 1
        self.stamps = settings.stamps
        self.problems = self._put_in_force(settings)
        return self.problems

    def tell(self) -> None:
        """Say what is wrong with the last reading, unless it was said already."""
        told = (tuple(self.stamps), tuple(self.problems))
        if self.problems and told != self._told:
            listing = "\n".join(f"  - {problem}" for problem in self.problems)
            _log.error("settings not taken over, the last good ones stay:\n%s", listing)
            self._told = told

    def _put_in_force(self, settings: Settings) -> Sequence[Problem]:
        registrations = self._registrations
        try:
            fresh = bind_sections(settings, registrations.jobs, registrations.options)
        except Exception as error:  # noqa: BLE001 - a validator that crashes is bad settings, too
            return [_crash(error)]
        if self._leases is None and (leaseless := leaseless_jobs(registrations.jobs, fresh.jobs)):
            return [*fresh.problems, *leaseless]
        if not fresh.problems:
            before, self.in_force = self.in_force, fresh
            if self._leases is not None:
                self._leases.use_timeout(shortest_call(fresh.jobs))
            put_in_force(fresh, self._monitors, self._loops)
            self._tell_changes(before, fresh)
        return fresh.problems

    def _tell_changes(self, before: Bindings, after: Bindings) -> None:
        changed = changed_keys(self._registrations, before, after)
        if changed:
            _log.info("settings taken over: %s", ", ".join(changed), extra={"changed": changed})
        elif self._told:
            _log.info("the settings are good again; nothing has changed")
        self._told = ()
        if kept := changed_host_keys(before, after):
            _log.warning("changed, but read only at the next start: %s", ", ".join(kept))


def _crash(error: Exception) -> Problem:
    where = " ".join(getattr(error, "__notes__", ["while settings were read"]))
    what = f"{where}, a validator raised {type(error).__name__}: {error}"
    return Problem("settings", what, "Correct the validator, or the value it stumbles over.")
