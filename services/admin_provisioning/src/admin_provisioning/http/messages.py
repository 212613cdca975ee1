"""What goes over the wire about bulk jobs."""

from datetime import datetime
from typing import Annotated, Final, Self, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter

from admin_provisioning.domain.bulk_job import (
    BulkJob,
    BulkJobItem,
    BulkJobKind,
    BulkJobPage,
    BulkJobState,
    ItemPage,
    ItemState,
)
from admin_provisioning.domain.lists import PcList
from servicekit.requests import Payload, from_cursor, to_cursor

Values: TypeAlias = dict[str, str | bool]
"""What a row says, by column."""

_PAYLOAD: Final = TypeAdapter[Values](Values)


def _checked_cursor(cursor: str) -> str:
    from_cursor(cursor)
    return cursor


class ListBulkJobs(Payload):
    """Which bulk jobs to list."""

    mine: bool = Field(default=False, description="Only one's own, for those who see everybody's.")
    cursor: UUID | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(100, ge=1, le=500)


class ListItems(Payload):
    """Which rows of a bulk job to list."""

    state: ItemState | None = None
    cursor: Annotated[str, AfterValidator(_checked_cursor)] | None = Field(
        None, max_length=64, description="`next_cursor` of the page before."
    )
    limit: int = Field(100, ge=1, le=500)

    @property
    def after(self) -> int:
        """The number of the row to begin after."""
        return 0 if self.cursor is None else from_cursor(self.cursor)


class BulkJobAnswer(BaseModel):
    """A bulk job, as clients see it."""

    id: UUID
    kind: BulkJobKind
    state: BulkJobState
    owner_id: str
    total_count: int = Field(description="Rows of the list, without empty ones.")
    ok_count: int
    failed_count: int
    pending_count: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    hold: bool = Field(description="Kept at any age.")
    error: str | None = Field(description="Why the job as a whole did not come about.")

    @classmethod
    def of(cls, job: BulkJob) -> Self:
        """Return the answer that shows a job."""
        return cls.model_validate(job, from_attributes=True)


class SubmittedAnswer(BulkJobAnswer):
    """A bulk job that was asked for, and how its list was understood."""

    encoding: str | None = Field(None, description="How the letters of the file were read.")
    delimiter: str | None = Field(None, description="What stood between the cells of the file.")
    ignored_columns: list[str] = Field(
        default=[], description="Titles of columns that mean nothing to this kind of job."
    )

    @classmethod
    def of_list(cls, job: BulkJob, pcs: PcList) -> Self:
        """Return the answer to whoever sent a list."""
        update = {
            "encoding": pcs.encoding,
            "delimiter": pcs.delimiter,
            "ignored_columns": list(pcs.ignored_columns),
        }
        return cls.of(job).model_copy(update=update)


class BulkJobsAnswer(BaseModel):
    """A page of the list of bulk jobs, newest first."""

    items: list[BulkJobAnswer]
    next_cursor: UUID | None = Field(description="The cursor of the next page; null on the last.")

    @classmethod
    def of(cls, page: BulkJobPage) -> Self:
        """Return the answer that shows a page."""
        return cls(items=[BulkJobAnswer.of(job) for job in page.jobs], next_cursor=page.next_before)


class ItemAnswer(BaseModel):
    """A row of a bulk job, and what became of it."""

    row_no: int = Field(description="As a spreadsheet shows it; of a JSON list: counted from 1.")
    values: Values
    state: ItemState
    error_code: str | None
    error: str | None
    target_id: int | None = Field(description="The PC at the Login service.")

    @classmethod
    def of(cls, item: BulkJobItem) -> Self:
        """Return the answer that shows a row."""
        return cls(
            row_no=item.row_no,
            values=_PAYLOAD.validate_python(item.payload),
            state=item.state,
            error_code=item.error_code,
            error=item.error,
            target_id=item.target_id,
        )


class ItemsAnswer(BaseModel):
    """A page of the rows of a bulk job."""

    items: list[ItemAnswer]
    next_cursor: str | None = Field(description="The cursor of the next page; null on the last.")

    @classmethod
    def of(cls, page: ItemPage) -> Self:
        """Return the answer that shows a page."""
        return cls(
            items=[ItemAnswer.of(item) for item in page.items],
            next_cursor=None if page.next_after is None else to_cursor(page.next_after),
        )
