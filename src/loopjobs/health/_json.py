"""Health as JSON; stacks stay in the log, for they say more than a caller needs to know."""

from collections.abc import Mapping

from loopjobs.health._report import Blockage, HealthReport, HealthStatus, JobHealth, Probe


def probe_as_json(probe: Probe) -> Mapping[str, object]:
    """Return the answer to a probe."""
    status = HealthStatus.HEALTHY if probe.passes else HealthStatus.UNHEALTHY
    return {"status": status.value, "reason": probe.reason}


def report_as_json(report: HealthReport) -> Mapping[str, object]:
    """Return the report, job by job."""
    last = report.last_blockage
    return {
        "status": report.status.value,
        "live": report.live.passes,
        "ready": report.ready.passes,
        "blockages": report.blockages,
        "last_blockage": None if last is None else _blockage(last),
        "jobs": {name: _job(job) for name, job in report.jobs.items()},
    }


def _blockage(blockage: Blockage) -> Mapping[str, object]:
    return {
        "began_at": blockage.began_at.isoformat(),
        "duration": blockage.duration,
        "is_over": blockage.is_over,
        "place": blockage.place,
    }


def _job(job: JobHealth) -> Mapping[str, object]:
    return {
        "status": job.status.value,
        "reason": job.reason,
        "state": job.state.value,
        "last_success_age": job.last_success_age,
        "consecutive_failures": job.consecutive_failures,
    }
