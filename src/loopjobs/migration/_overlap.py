"""What becomes of runs that could overlap."""

from collections.abc import Iterator
from typing import Final

from loopjobs.migration._facts import (
    OldJob,
    OldScheduler,
    OldTrigger,
    OverlapPolicy,
    Scheduler,
    Value,
)
from loopjobs.migration._findings import Finding, Topic

_DEFAULT_BOUND: Final = 10
_FORBIDS_OVERLAP: Final = {
    Scheduler.QUARTZ: "[DisallowConcurrentExecution]",
    Scheduler.HANGFIRE: "[DisableConcurrentExecution]",
}


def overlap_settings(old: OldScheduler, job: OldJob, trigger: OldTrigger) -> dict[str, Value]:
    """Return the options that let runs overlap, or wait for one another, as they did."""
    if job.overlaps is False or old.is_clustered:
        return {}
    if trigger.overlap is OverlapPolicy.BUFFER_ONE:
        return {"SkipIfRunning": False, "MaxConcurrentRuns": 1}
    if not _may_overlap(job, trigger):
        return {}
    bound = job.most_at_once
    return {"SkipIfRunning": False} | ({} if bound is None else {"MaxConcurrentRuns": bound})


def overlap_findings(old: OldScheduler, job: OldJob, trigger: OldTrigger) -> Iterator[Finding]:
    """Yield what is different about runs that take longer than the distance to the next."""
    if job.overlaps is False or trigger.overlap is OverlapPolicy.SKIP:
        return
    if trigger.overlap is OverlapPolicy.CANCEL_PREVIOUS:
        yield _finding(
            "A run that was due interrupted the one before; here it is skipped. TimeoutInSeconds "
            "below the interval ends a run before the next one is due."
        )
    elif trigger.overlap is OverlapPolicy.BUFFER_ONE:
        if old.is_clustered:
            yield _finding("A run that was due waited; with RunOn: OneReplica it is skipped.")
    elif not _may_overlap(job, trigger):
        attribute = _FORBIDS_OVERLAP.get(old.kind, "max_instances")
        yield _finding(
            f"Here no run overlaps another. If its class has no {attribute}, runs could overlap: "
            "say SkipIfRunning: false if they must."
        )
    elif old.is_clustered:
        yield _finding("Runs could overlap; with RunOn: OneReplica they cannot.")
    else:
        bound = job.most_at_once or _DEFAULT_BOUND
        yield _finding(
            f"Runs may overlap, as they did, up to {bound} at once; most jobs are better without."
        )


def _may_overlap(job: OldJob, trigger: OldTrigger) -> bool:
    """Tell whether it is known that they could."""
    if trigger.overlap is not None:
        return trigger.overlap is OverlapPolicy.ALLOW_ALL
    return bool(job.overlaps)


def _finding(what: str) -> Finding:
    return Finding(Topic.OVERLAP, what)
