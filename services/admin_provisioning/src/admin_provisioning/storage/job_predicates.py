"""Conditions on bulk jobs, written as the partial indexes have them.

A database uses a partial index only where it can tell that the query stays inside it: so these
conditions are words in the statement, and no parameters.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal_column
from sqlalchemy.sql.selectable import CTE

from admin_provisioning.domain.bulk_job import BulkJobState

IS_WAITING: Final[ColumnElement[bool]] = literal_column("bulk_jobs.state IN ('created', 'queued')")
IS_FINISHED: Final[ColumnElement[bool]] = literal_column(
    "bulk_jobs.state IN ('succeeded', 'partial', 'failed', 'cancelled')"
)
IS_PENDING_ITEM: Final[ColumnElement[bool]] = literal_column("bulk_job_items.state = 'pending'")


def is_in(state: BulkJobState) -> ColumnElement[bool]:
    """Return the condition that a job is in a state."""
    return literal_column(f"bulk_jobs.state = '{state.value}'")


def is_waiting_as(state: BulkJobState) -> ColumnElement[bool]:
    """Return the condition that a job is created, or that it is queued."""
    # Said twice: the first half names the index, the second one narrows it.
    return and_(IS_WAITING, is_in(state))


def locked_batch(rows: Select[UUID] | Select[int]) -> CTE:
    """Return a query as a batch that is chosen once, and locked but for rows others have locked."""
    return (
        rows.with_for_update(skip_locked=True)
        .cte("batch")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
