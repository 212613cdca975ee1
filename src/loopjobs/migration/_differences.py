"""What will be different, job by job. What is different for all of them is told once."""

from collections.abc import Iterator, Sequence
from typing import Final

from loopjobs.migration._facts import (
    OldJob,
    OldScheduler,
    OldTrigger,
    Scheduler,
    Unmovable,
)
from loopjobs.migration._findings import Finding, Topic
from loopjobs.migration._option_fields import OptionField

_MADE_UP: Final = "What a stall swallowed is counted here, and the last of it runs late, once"
_ALL: Final = frozenset({"ignoremisfirepolicy", "strict"})
_NONE: Final = frozenset({"donothing", "ignorable"})


def everywhere(old: OldScheduler) -> Iterator[Finding]:
    """Yield what is different for all jobs of a scheduler."""
    kind = old.kind
    if old.is_clustered is None:
        what = (
            "What was read does not say whether the scheduler was clustered. If it was, add RunOn: "
            "OneReplica to each section, or each replica runs each job."
        )
        yield Finding(Topic.CLUSTERS, what)
    elif old.is_clustered:
        what = "A run once in the cluster needs a place for leases: the setting Leases:Url."
        yield Finding(Topic.CLUSTERS, what)
    else:
        yield Finding(Topic.CLUSTERS, "Each replica of the service runs each job, as it did.")
    if kind is not Scheduler.APSCHEDULER:
        yield Finding(
            Topic.OVERRUNS,
            "A run that is longer than its interval leaves holes in the grid: the next one waits "
            "for the next slot, and does not start at once.",
        )
    yield Finding(
        Topic.MISFIRES,
        f"{_MADE_UP}. A restart begins anew: nothing is persisted, and what was due while no "
        "process ran is not made up.",
    )
    if kind is Scheduler.HANGFIRE:
        yield Finding(
            Topic.RETRIES,
            "A run that failed is not tried again at once, ten times by default, but at its next "
            "slot; MaxBackoffInSeconds makes it wait longer.",
        )


def job_findings(
    job: OldJob, fields: Sequence[OptionField], left: Sequence[str]
) -> Iterator[Finding]:
    """Yield what is different because of the job itself."""
    yield from job.findings
    if secrets := [field.old_key for field in fields if field.is_secret]:
        what = (
            f"{', '.join(secrets)} of the job data looks like a secret: it is not shown, not "
            "written, and required; set it by an environment variable."
        )
        yield Finding(Topic.JOB_DATA, what)
    if open_data := [field.old_key for field in fields if not field.is_secret]:
        what = f"{', '.join(open_data)} of the job data became options of the job."
        yield Finding(Topic.JOB_DATA, what)
    if left:
        what = f"{', '.join(left)} of the job data is neither text nor a number, and was left out."
        yield Finding(Topic.JOB_DATA, what)
    if job.unread_data:
        yield Finding(Topic.JOB_DATA, f"Its job data was not read: {job.unread_data}.")
    if job.keeps_data:
        what = (
            "It changed its job data from run to run; here a job keeps its own state, in a table."
        )
        yield Finding(Topic.STATE, what)
    if job.recovers:
        what = (
            "A run cut off by a crash was started again; here the next run has to finish its work."
        )
        yield Finding(Topic.STATE, what)


def trigger_findings(job: OldJob, trigger: OldTrigger) -> Iterator[Finding]:
    """Yield what is different because of one schedule."""
    yield from trigger.findings
    if trigger.misfire is not None:
        yield Finding(Topic.MISFIRES, _misfire(trigger.misfire))
    if trigger.priority is not None:
        what = f"Its priority {trigger.priority} is gone: no job waits for another one here."
        yield Finding(Topic.PRIORITIES, what)
    if trigger.calendar is not None:
        what = (
            f"It would run also at the times that the calendar {trigger.calendar!r} excludes: "
            "ask for the day at the top of the run, or leave the job where it is."
        )
        yield Finding(Topic.CALENDARS, what)
    if trigger.starts_at is not None:
        what = (
            f"It was to start at {trigger.starts_at}, from which its times were counted; here the "
            "first run comes InitialDelayInSeconds after the start of the process."
        )
        yield Finding(Topic.START_AND_END, what)
    if trigger.ends_at is not None:
        what = f"It was to end at {trigger.ends_at}; here it goes on until Enabled is false."
        yield Finding(Topic.START_AND_END, what)
    if trigger.is_paused:
        what = "It is paused, so it comes with Enabled: false."
        yield Finding(Topic.PAUSED, what)
    yield from _beside(job)


def _beside(job: OldJob) -> Iterator[Finding]:
    """Yield what is different because the job has more than one schedule."""
    stay = [each for each in job.triggers if isinstance(each.schedule, Unmovable)]
    if len(job.triggers) - len(stay) > 1:
        what = (
            f"{job.identity} has {len(job.triggers)} triggers; here each is a job of its own, and "
            "they know nothing of each other's runs."
        )
        yield Finding(Topic.OVERLAP, what)
    for trigger in stay:
        what = (
            f"Its trigger {trigger.name} cannot move, so the job would run in both schedulers, "
            "which know nothing of each other."
        )
        yield Finding(Topic.OVERLAP, what)


def _misfire(instruction: str) -> str:
    name = instruction.casefold()
    if name in _ALL:
        return f"{instruction} made up each time that was missed. {_MADE_UP}."
    if name in _NONE or name.startswith("reschedulenext"):
        return f"{instruction} left out what was missed. {_MADE_UP}."
    return f"{instruction} made up for what was missed at once. {_MADE_UP}; not after a restart."
