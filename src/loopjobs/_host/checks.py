"""What is wrong with registrations before anything is read: kinds, names and sections."""

from collections import Counter
from collections.abc import Iterable, Iterator

from dishka.provider import BaseProvider

from loopjobs._host.bindings import HOST_SECTION
from loopjobs._host.registration import JobRegistration, Registrations
from loopjobs._words.errors import Problem
from loopjobs._words.options import LoopJobOptions, Options


def find_misuses(registrations: Registrations) -> list[Problem]:
    """Find what is not of the kind that the builder takes; nothing else can be checked then."""
    return [
        *_misused_jobs(registrations),
        *_misused_options(registrations),
        *_misused_parts(registrations),
    ]


def find_clashes(registrations: Registrations) -> list[Problem]:
    """Find names, sections and services that cannot be told apart or cannot be found."""
    jobs = registrations.jobs
    sections = [job.section for job in jobs if job.section != job.name or job.name.strip()]
    sections += [each.section for each in registrations.options]
    return [
        *(problem for job in jobs for problem in _misnamed(job)),
        *_shared_names(jobs),
        *(problem for section in dict.fromkeys(sections) for problem in _mislaid(section)),
        *_shared_options(registrations),
        *_repeated_services(registrations),
    ]


def _misused_jobs(registrations: Registrations) -> Iterator[Problem]:
    for job in registrations.jobs:
        if not _is_class(job.options_type, LoopJobOptions):
            what = f"its options are {_shown(job.options_type)}, not derived from LoopJobOptions"
            remedy = "Derive a class from it, and give the class."
            yield Problem(f"job {job.name!r}", what, remedy)
        for label, text in (("name", job.name), ("section name", job.section)):
            if not isinstance(_anything(text), str):
                what = f"its {label} is {_shown(text)}, not a text"
                yield Problem(f"job {job.name!r}", what, "Give a text.")


def _misused_options(registrations: Registrations) -> Iterator[Problem]:
    for each in registrations.options:
        where = f"options {_shown(each.options_type)}"
        if not _is_class(each.options_type, Options):
            remedy = "Derive a class from it, and give the class."
            yield Problem(where, "they are not derived from Options", remedy)
        if not isinstance(_anything(each.section), str):
            yield Problem(where, f"their section name is {_shown(each.section)}", "Give a text.")


def _misused_parts(registrations: Registrations) -> Iterator[Problem]:
    for provider in registrations.providers:
        if not isinstance(_anything(provider), BaseProvider):
            what = "it is no dishka provider"
            yield Problem(f"provider {_shown(provider)}", what, "Give an instance of Provider.")
    yield from _uncallable("listener", "an event", registrations.listeners)
    yield from _uncallable("run context", "a run", registrations.run_contexts)
    for meter in registrations.run_meters:
        if lacking := _lacking(meter, "note_start", "note_end"):
            yield Problem(f"run meter {_shown(meter)}", lacking, "Write 'def' for each.")
    for service in registrations.hosted:
        if lacking := _lacking(service.service, "start", "stop"):
            yield Problem(
                f"service {_shown(service.service)}", lacking, "Write 'async def' for each."
            )


def _lacking(part: object, *verbs: str) -> str:
    lacks = [verb for verb in verbs if not _has(part, verb)]
    return f"it has no method {' and no method '.join(lacks)}" if lacks else ""


def _uncallable(label: str, given: str, parts: Iterable[object]) -> Iterator[Problem]:
    for part in parts:
        if not callable(part):
            what = f"it cannot be called with {given}"
            yield Problem(f"{label} {_shown(part)}", what, "Give a function, say.")


def _anything(value: object) -> object:
    # What an annotation promises is true only where somebody checks types.
    return value


def _has(service: object, verb: str) -> bool:
    return callable(getattr(service, verb, None))


def _shown(value: object) -> str:
    # Not its repr: options may hold secrets.
    return (
        f"class {value.__name__}"
        if isinstance(value, type)
        else f"an object of {type(value).__name__}"
    )


def _is_class(kind: object, root: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, root)


def _misnamed(job: JobRegistration) -> Iterator[Problem]:
    if not job.name.strip() or not job.name.isprintable() or job.name != job.name.strip():
        what = "a name needs visible characters, and no blanks around them"
        yield Problem(f"job {job.name!r}", what, "Name it, with add_loop_job(..., name=...).")


def _shared_names(jobs: Iterable[JobRegistration]) -> Iterator[Problem]:
    # The settings do not tell names apart by case, so two such jobs would share their section.
    groups: dict[str, list[str]] = {}
    for job in jobs:
        groups.setdefault(job.name.casefold(), []).append(job.name)
    for names in groups.values():
        if len(names) > 1:
            spellings = list(dict.fromkeys(names))
            twins = "" if len(spellings) == 1 else f", apart from case: {', '.join(spellings)}"
            what = f"{len(names)} jobs have this name{twins}"
            yield Problem(names[0], what, "Give each its own, with add_loop_job(..., name=...).")


def _mislaid(section: str) -> Iterator[Problem]:
    if not all(part.strip() for part in section.split(":")):
        what = "a section name needs visible characters, also around each ':'"
        yield Problem(f"section {section!r}", what, "Name it as in the settings file.")
    if section.casefold() == HOST_SECTION.casefold():
        what = "this section belongs to the host itself"
        yield Problem(section, what, "Choose another, with add_loop_job(..., section_name=...).")


def _shared_options(registrations: Registrations) -> Iterator[Problem]:
    sections: dict[type[Options], list[str]] = {}
    for each in registrations.options:
        sections.setdefault(each.options_type, []).append(each.section)
    for kind, names in sections.items():
        if len(names) > 1:
            what = f"{len(names)} sections are bound to it, but one can be injected: "
            what += ", ".join(names)
            yield Problem(kind.__name__, what, "Derive a class for each section.")


def _repeated_services(registrations: Registrations) -> Iterator[Problem]:
    counts = Counter(id(each.service) for each in registrations.hosted)
    for each in {id(each.service): each for each in registrations.hosted}.values():
        if counts[id(each.service)] > 1:
            what = "it is registered more than once, and would be started as often"
            yield Problem(each.name, what, "Register it once, or as separate objects.")
