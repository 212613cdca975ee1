"""The routes by which orchestrators and people ask how a service is."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Self

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from loopjobs import JobState
from loopjobs.health import Blockage, HealthChecks, HealthReport, HealthStatus, JobHealth, Probe
from servicekit.job_access import Viewer
from servicekit.problems import answers
from servicekit.tokens import GUARDED


class ProbeAnswer(BaseModel):
    """Yes or no, and why."""

    status: HealthStatus
    reason: str = Field(description="One sentence for a person.")

    @classmethod
    def of(cls, probe: Probe) -> Self:
        """Return the answer that shows a probe."""
        status = HealthStatus.HEALTHY if probe.passes else HealthStatus.UNHEALTHY
        return cls(status=status, reason=probe.reason)


class JobHealthAnswer(BaseModel):
    """How well one job is."""

    status: HealthStatus
    reason: str = Field(description="One sentence for a person.")
    state: JobState
    last_success_age: float | None = Field(description="Seconds since the last success ended.")
    consecutive_failures: int

    @classmethod
    def of(cls, job: JobHealth) -> Self:
        """Return the answer that shows a job."""
        return cls(
            status=job.status,
            reason=job.reason,
            state=job.state,
            last_success_age=job.last_success_age,
            consecutive_failures=job.consecutive_failures,
        )


class BlockageAnswer(BaseModel):
    """A time in which the event loop served nobody."""

    began_at: datetime
    duration: float = Field(description="Seconds.")
    is_over: bool
    place: str | None = Field(description="The function it was in, if that could be seen.")

    @classmethod
    def of(cls, blockage: Blockage) -> Self:
        """Return the answer that shows a blockage."""
        return cls(
            began_at=blockage.began_at,
            duration=blockage.duration,
            is_over=blockage.is_over,
            place=blockage.place,
        )


class HealthAnswer(BaseModel):
    """How well the service is, job by job."""

    status: HealthStatus
    live: bool
    ready: bool
    blockages: int = Field(description="How often the event loop was blocked since the start.")
    last_blockage: BlockageAnswer | None
    jobs: dict[str, JobHealthAnswer]

    @classmethod
    def of(cls, report: HealthReport) -> Self:
        """Return the answer that shows a report."""
        last = report.last_blockage
        return cls(
            status=report.status,
            live=report.live.passes,
            ready=report.ready.passes,
            blockages=report.blockages,
            last_blockage=None if last is None else BlockageAnswer.of(last),
            jobs={name: JobHealthAnswer.of(job) for name, job in report.jobs.items()},
        )


_UNAVAILABLE: Final = HTTPStatus.SERVICE_UNAVAILABLE.value


def create_health_router() -> APIRouter:
    """Create `/health/live` and `/health/ready` for everybody, `/health/jobs` for viewers.

    The application's container must provide `HealthChecks`, and a `TokenVerifier`.
    """
    router = APIRouter(prefix="/health", tags=["Health"], route_class=DishkaRoute)
    no: Mapping[int | str, dict[str, Any]] = {
        **answers(),
        _UNAVAILABLE: {"model": ProbeAnswer, "description": "No."},
    }
    _add(router, "/live", show_live, no)
    _add(router, "/ready", show_ready, no)
    refusals = answers(*GUARDED)
    schema = {"$ref": f"#/components/schemas/{HealthAnswer.__name__}"}
    refusals[_UNAVAILABLE]["content"]["application/json"] = {"schema": schema}
    _add(router, "/jobs", show_jobs, refusals)
    return router


def _add(
    router: APIRouter,
    path: str,
    endpoint: Any,  # noqa: ANN401 - as FastAPI takes it
    responses: Mapping[int | str, dict[str, Any]],
) -> None:
    router.add_api_route(path, endpoint, methods=["GET"], responses=dict(responses))
    router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)


async def show_live(checks: FromDishka[HealthChecks], response: Response) -> ProbeAnswer:
    """Say whether the service is served at all; if not, 503, and a restart is the cure."""
    return _show_probe(checks.live(), response)


async def show_ready(checks: FromDishka[HealthChecks], response: Response) -> ProbeAnswer:
    """Say whether the service has started and does not stop; if not, 503."""
    return _show_probe(checks.ready(), response)


async def show_jobs(
    _: Viewer, checks: FromDishka[HealthChecks], response: Response
) -> HealthAnswer:
    """Say how well the service is, job by job; 503 if it is unhealthy, 200 if degraded."""
    report = checks.report()
    _set(response, is_well=report.status is not HealthStatus.UNHEALTHY)
    return HealthAnswer.of(report)


def _show_probe(probe: Probe, response: Response) -> ProbeAnswer:
    _set(response, is_well=probe.passes)
    return ProbeAnswer.of(probe)


def _set(response: Response, *, is_well: bool) -> None:
    response.headers["Cache-Control"] = "no-store"
    if not is_well:
        response.status_code = _UNAVAILABLE
