"""Binds every registered section, at build and again at each reload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from loopjobs._host.registration import JobRegistration, OptionsRegistration
from loopjobs._host.settings import FileStamp, Settings
from loopjobs._host.settings.tree import Branch
from loopjobs._words.errors import Problem
from loopjobs._words.options import HostOptions, LoopJobOptions, Options

HOST_SECTION = "Host"

OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True)
class Bindings:
    """The options objects of one reading; incomplete if there are problems."""

    host: HostOptions
    jobs: Mapping[str, LoopJobOptions]
    """By the name of the job."""
    plain: Mapping[OptionsRegistration, Options]
    origins: Mapping[str, Branch]
    """Where the options of a section came from."""
    problems: Sequence[Problem]
    stamps: Sequence[FileStamp]
    """The files as they were at that reading."""


def bind_sections(
    settings: Settings,
    jobs: Sequence[JobRegistration],
    plain: Sequence[OptionsRegistration],
) -> Bindings:
    """Bind all sections of one reading; mistakes become problems, none is raised."""
    problems = list(settings.problems)
    origins: dict[str, Branch] = {}

    def bind(options_type: type[OptionsT], section: str) -> OptionsT | None:
        bound = settings.bind(options_type, section)
        problems.extend(bound.problems)
        origins[section] = bound.origin
        return bound.options

    # In this order problems are told.
    host = bind(HostOptions, HOST_SECTION)
    of_jobs = ((job.name, bind(job.options_type, job.section)) for job in jobs)
    options_of_jobs = {name: options for name, options in of_jobs if options is not None}
    of_plain = ((each, bind(each.options_type, each.section)) for each in plain)
    return Bindings(
        host=host or HostOptions(),
        jobs=options_of_jobs,
        plain={each: options for each, options in of_plain if options is not None},
        origins=origins,
        problems=tuple(dict.fromkeys(problems)),
        stamps=settings.stamps,
    )
