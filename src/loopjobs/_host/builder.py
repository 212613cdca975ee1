"""Registers what a host runs, validates all of it, and builds the host."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Self

from dishka.provider import BaseProvider

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._contracts.listener import Listener
from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._host.assembly import assemble
from loopjobs._host.host import Host
from loopjobs._host.registration import (
    JobRegistration,
    OptionsRegistration,
    Registrations,
    ServiceRegistration,
)
from loopjobs._host.settings import SettingsSources
from loopjobs._run.run_context import RunContext
from loopjobs._run.run_meter import RunMeter
from loopjobs._words.clock import Clock, SystemClock
from loopjobs._words.errors import BuildError
from loopjobs._words.options import LoopJobOptions, Options


class HostBuilder:
    """Collects jobs, services and providers, then builds a `Host` out of them.

    Nothing is read or checked before `build`, which reports every mistake at once. Settings come,
    later ones winning, from `appsettings.json`, `appsettings.{environment}.json`, environment
    variables such as `PcKeepAliveJob__IntervalInSeconds`, and the mapping given here.

    Args:
        settings_files: Read instead of `appsettings.json`; each must exist.
        settings: Laid over files and environment: nested, or flat with keys such as `"Job:Key"`.
        environment: Its name; by default the variable LOOPJOBS_ENVIRONMENT, else `Production`.
        clock: The clock everything runs on; tests pass a `FakeClock`.
    """

    def __init__(
        self,
        *,
        settings_files: Sequence[str | os.PathLike[str]] | None = None,
        settings: Mapping[str, object] | None = None,
        environment: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._sources = SettingsSources(
            settings_files=settings_files, settings=settings, environment=environment
        )
        self._clock = clock or SystemClock()
        self._providers: list[BaseProvider] = []
        self._listeners: list[Listener] = []
        self._run_contexts: list[RunContext] = []
        self._run_meters: list[RunMeter] = []
        self._services: list[JobRegistration | ServiceRegistration] = []
        self._options: list[OptionsRegistration] = []

    def add_provider(self, *providers: BaseProvider) -> Self:
        """Add dishka providers of what jobs and services depend on."""
        self._providers.extend(providers)
        return self

    def add_options(self, options_type: type[Options], section_name: str) -> Self:
        """Bind a settings section that belongs to no job.

        The object is injected by its type, and `OptionsMonitor[...]` of it shows reloads.
        """
        self._options.append(OptionsRegistration(options_type, section_name))
        return self

    def add_loop_job(
        self,
        job: type[LoopJob] | JobBody,
        options_type: type[LoopJobOptions],
        section_name: str | None = None,
        name: str | None = None,
    ) -> Self:
        """Add a job; `services.AddLoopJob<TJob, TOptions>(config, sectionName)` in .NET.

        Args:
            job: A class with `execute`, built once by dependency injection, or an async function
                whose first parameter is the cancellation token.
            options_type: Its options; the constructor gets this job's own instance by this type.
            section_name: The settings section; by default the name of the job.
            name: Unique in the host; by default the class attribute `name`, else the class name.
        """
        chosen = _default_name(job) if name is None else name
        section = chosen if section_name is None else section_name
        self._services.append(JobRegistration(job, options_type, chosen, section))
        return self

    def add_hosted_service(self, service: HostedService | type[HostedService]) -> Self:
        """Add a service that starts and stops with the host, in order of registration.

        A class is built by dependency injection when it is its turn to start.
        """
        self._services.append(ServiceRegistration(service))
        return self

    def add_listener(self, listener: Listener) -> Self:
        """Add somebody who hears every event."""
        self._listeners.append(listener)
        return self

    def add_run_context(self, enter: RunContext) -> Self:
        """Add somebody who sets context variables for each run, just before its body."""
        self._run_contexts.append(enter)
        return self

    def add_run_meter(self, meter: RunMeter) -> Self:
        """Add somebody who counts runs where they begin and end, without events."""
        self._run_meters.append(meter)
        return self

    def build(self) -> Host:
        """Validate everything and build the host; nothing is started.

        Raises:
            SettingsError: settings are missing or break a rule.
            RegistrationError: names, signatures or dependencies do not fit together. With both
                kinds of mistakes, an error of both classes is raised.
        """
        return assemble(
            Registrations(
                clock=self._clock,
                sources=self._sources,
                providers=tuple(self._providers),
                listeners=tuple(self._listeners),
                run_contexts=tuple(self._run_contexts),
                run_meters=tuple(self._run_meters),
                options=tuple(self._options),
                services=tuple(self._services),
            )
        )

    def run(self) -> None:
        """Build the host and run it as the whole program.

        A mistake in settings or registrations ends the process with exit code 2 and a message
        without traceback; otherwise this is `build().run()`.
        """
        try:
            host = self.build()
        except BuildError as error:
            print(error, file=sys.stderr)  # noqa: T201 - the message is for the person at the prompt
            sys.exit(2)
        host.run()


def _default_name(job: type[LoopJob] | JobBody) -> str:
    own = getattr(job, "name", None) if isinstance(job, type) else None
    return own if isinstance(own, str) else getattr(job, "__name__", type(job).__name__)
