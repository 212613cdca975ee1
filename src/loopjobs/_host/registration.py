"""What was registered, as data."""

from dataclasses import dataclass

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._words.options import LoopJobOptions, Options


@dataclass(frozen=True, slots=True)
class JobRegistration:
    """One call of `add_loop_job`."""

    job: type[LoopJob] | JobBody
    options_type: type[LoopJobOptions]
    name: str
    section: str


@dataclass(frozen=True, slots=True)
class ServiceRegistration:
    """One call of `add_hosted_service`."""

    service: HostedService | type[HostedService]

    @property
    def name(self) -> str:
        """How errors name it."""
        kind = self.service if isinstance(self.service, type) else type(self.service)
        return kind.__name__


@dataclass(frozen=True, slots=True)
class OptionsRegistration:
    """One call of `add_options`."""

    options_type: type[Options]
    section: str
