"""From facts to what becomes of each job."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from loopjobs.migration._differences import job_findings, trigger_findings
from loopjobs.migration._facts import (
    Every,
    OldJob,
    OldScheduler,
    OldTrigger,
    Schedule,
    Unmovable,
    Value,
)
from loopjobs.migration._findings import Finding, Topic
from loopjobs.migration._names import Names
from loopjobs.migration._option_fields import OptionField, option_fields
from loopjobs.migration._overlap import overlap_findings, overlap_settings
from loopjobs.migration._refusals import refusals_of
from loopjobs.migration._schedules import Preferences, schedule_settings


class Verdict(StrEnum):
    """What becomes of a job."""

    AS_IT_IS = "moves as it is"
    CHANGES = "changes behavior"
    STAYS = "cannot move"


@dataclass(frozen=True, slots=True)
class Move:
    """One schedule of one old job, as a loop job."""

    name: str
    """Of the loop job, and of its section."""
    class_name: str
    old_identity: str
    old_code: str
    old_schedule: str
    where: str
    description: str
    verdict: Verdict
    settings: Mapping[str, Value]
    """The section that is ready; empty if the job cannot move."""
    fields: Sequence[OptionField]
    """The options that only this job has."""
    findings: Sequence[Finding]


def moves_of(old: OldScheduler, preferences: Preferences, names: Names) -> Iterator[Move]:
    """Decide about each schedule of each job; one that has none is told as well."""
    for job in old.jobs:
        for trigger in job.triggers or (_no_trigger(job),):
            yield _move(old, job, trigger, preferences, names)


def _move(
    old: OldScheduler, job: OldJob, trigger: OldTrigger, preferences: Preferences, names: Names
) -> Move:
    schedule = trigger.schedule
    fields, left = option_fields({**job.data, **trigger.data})
    settings: dict[str, Value] = {}
    if isinstance(schedule, Unmovable):
        name, class_name = names.of_what_stays(job)
        findings = [Finding(Topic.CANNOT_MOVE, _sentence(schedule.why))]
    else:
        name, class_name = names.take(job, trigger)
        timing, findings = schedule_settings(schedule, trigger, preferences)
        common = {**timing, **_rules(old, job, trigger)}
        if refusals := refusals_of(common):
            findings = [Finding(Topic.CANNOT_MOVE, each) for each in refusals]
        else:
            settings = {**common, **_data(fields)}
            findings += overlap_findings(old, job, trigger)
            findings += job_findings(job, fields, left)
            findings += trigger_findings(job, trigger)
    return Move(
        name=name,
        class_name=class_name,
        old_identity=job.identity,
        old_code=job.code,
        old_schedule=_shown(schedule),
        where=trigger.where,
        description=job.description,
        verdict=_verdict(schedule_stays=not settings, findings=findings),
        settings=settings,
        fields=fields,
        findings=findings,
    )


def _shown(schedule: Schedule) -> str:
    return f"every {schedule.seconds:g} s" if isinstance(schedule, Every) else schedule.shown


def _verdict(*, schedule_stays: bool, findings: Sequence[Finding]) -> Verdict:
    if schedule_stays:
        return Verdict.STAYS
    return Verdict.CHANGES if findings else Verdict.AS_IT_IS


def _rules(old: OldScheduler, job: OldJob, trigger: OldTrigger) -> dict[str, Value]:
    """Return the options about overlap, pause and cluster."""
    settings = overlap_settings(old, job, trigger)
    if trigger.is_paused:
        settings["Enabled"] = False
    if old.is_clustered:
        settings["RunOn"] = "OneReplica"
    return settings


def _data(fields: Sequence[OptionField]) -> dict[str, Value]:
    return {field.key: field.value for field in fields if not field.is_secret}


def _no_trigger(job: OldJob) -> OldTrigger:
    why = (
        "it has no trigger, so nothing says when it runs; give it a long IntervalInSeconds and "
        "InitialDelayInSeconds, and call trigger()"
    )
    return OldTrigger(job.name, job.where, Unmovable("no trigger", why))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
