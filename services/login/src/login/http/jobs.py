"""What people decide about jobs."""

from datetime import datetime
from typing import Self

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter
from pydantic import BaseModel, Field

from login.domain.acknowledgements import Acknowledgement
from login.domain.retirement_brake import JOB, HoldBoard, RetirementHold
from login.domain.retirement_ports import AcknowledgementStore
from loopjobs import Clock
from servicekit.job_access import Operator, Viewer
from servicekit.problems import answers
from servicekit.tokens import GUARDED


class AcknowledgementAnswer(BaseModel):
    """Somebody has looked at why a job holds, and lets it proceed once."""

    acknowledged_by: str
    acknowledged_at: datetime
    expires_at: datetime = Field(description="Void from then on, if no run has used it before.")

    @classmethod
    def of(cls, acknowledgement: Acknowledgement) -> Self:
        """Return the answer that shows an acknowledgement."""
        return cls(
            acknowledged_by=acknowledgement.by,
            acknowledged_at=acknowledgement.at,
            expires_at=acknowledgement.expires_at,
        )


class HoldAnswer(BaseModel):
    """A job deletes nothing, for it would be too much."""

    since: datetime
    candidates: int = Field(description="PCs that would go.")
    pcs: int = Field(description="PCs there are.")
    max_fraction: float = Field(description="The share that may go unasked.")

    @classmethod
    def of(cls, hold: RetirementHold) -> Self:
        """Return the answer that shows a hold."""
        return cls(
            since=hold.since,
            candidates=hold.candidates,
            pcs=hold.live,
            max_fraction=hold.max_fraction,
        )


class PcDeleteAnswer(BaseModel):
    """What holds PcDeleteJob, and who lets it go on."""

    held: HoldAnswer | None = Field(description="As the last run of this process found it.")
    acknowledgement: AcknowledgementAnswer | None = Field(
        description="What the next run may use up, should it be held."
    )


def create_jobs_router() -> APIRouter:
    """Create the routes by which people decide about jobs."""
    router = APIRouter(prefix="/v1/jobs", tags=["Jobs"], route_class=DishkaRoute)
    refusals = answers(*GUARDED)
    router.add_api_route("/pc-delete", show_pc_delete, methods=["GET"], responses=refusals)
    router.add_api_route(
        "/pc-delete/acknowledge", acknowledge_pc_delete, methods=["POST"], responses=refusals
    )
    return router


async def show_pc_delete(
    _: Viewer,
    board: FromDishka[HoldBoard],
    acknowledgements: FromDishka[AcknowledgementStore],
    clock: FromDishka[Clock],
) -> PcDeleteAnswer:
    """Show whether PcDeleteJob is held, and whether somebody has let it go on."""
    given = await acknowledgements.find(JOB, clock.now())
    return PcDeleteAnswer(
        held=None if board.hold is None else HoldAnswer.of(board.hold),
        acknowledgement=None if given is None else AcknowledgementAnswer.of(given),
    )


async def acknowledge_pc_delete(
    operator: Operator,
    acknowledgements: FromDishka[AcknowledgementStore],
    clock: FromDishka[Clock],
) -> AcknowledgementAnswer:
    """Let one run of PcDeleteJob proceed that would be held; again begins another 24 hours."""
    acknowledgement = Acknowledgement.given(operator.subject, clock.now())
    await acknowledgements.give(JOB, acknowledgement)
    return AcknowledgementAnswer.of(acknowledgement)
