"""Binds every registered section, at build and again at each reload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loopjobs._host.registration import JobRegistration, OptionsRegistration
from loopjobs._host.settings import FileStamp, Settings
from loopjobs._words.errors import Problem
from loopjobs._words.options import HostOptions, LoopJobOptions, Options

HOST_SECTION = "Host"


@dataclass(frozen=True, slots=True)
class Bindings:
    """The options objects of one reading; incomplete if there are problems."""

    host: HostOptions
    jobs: Mapping[str, LoopJobOptions]
    """By the name of the job."""
    plain: Mapping[OptionsRegistration, Options]
    problems: Sequence[Problem]
    settings: Settings
    """What was read."""

    @property
    def stamps(self) -> Sequence[FileStamp]:
        """The files as they were at that reading."""
        return self.settings.stamps


def bind_sections(
    settings: Settings,
    jobs: Sequence[JobRegistration],
    plain: Sequence[OptionsRegistration],
) -> Bindings:
    """Bind all sections of one reading; mistakes become problems, none is raised."""
    problems = list(settings.problems)
    host = settings.bind(HostOptions, HOST_SECTION)
    problems.extend(host.problems)
    return Bindings(
        host=host.options or HostOptions(),
        jobs=_bind_jobs(settings, jobs, problems),
        plain=_bind_plain(settings, plain, problems),
        problems=tuple(dict.fromkeys(problems)),
        settings=settings,
    )


def _bind_jobs(
    settings: Settings, jobs: Sequence[JobRegistration], problems: list[Problem]
) -> dict[str, LoopJobOptions]:
    options = {}
    shared: dict[object, LoopJobOptions] = {}
    for job in jobs:
        bound = settings.bind(job.options_type, job.section)
        problems.extend(bound.problems)
        if bound.options is not None:
            options[job.name] = _shared(bound.options, shared)
    return options


def _shared(options: LoopJobOptions, known: dict[object, LoopJobOptions]) -> LoopJobOptions:
    """Return one object for all that are equal: options are the largest part of an idle loop.

    Only where nobody can tell, that is where nothing in them can be changed.
    """
    if options.__private_attributes__:
        return options
    # True is equal to 1, and not the same.
    kinds = tuple(map(type, vars(options).values()))
    try:
        return known.setdefault((options, kinds), options)
    except TypeError:
        return options


def _bind_plain(
    settings: Settings, plain: Sequence[OptionsRegistration], problems: list[Problem]
) -> dict[OptionsRegistration, Options]:
    options = {}
    for registration in plain:
        bound = settings.bind(registration.options_type, registration.section)
        problems.extend(bound.problems)
        if bound.options is not None:
            options[registration] = bound.options
    return options
