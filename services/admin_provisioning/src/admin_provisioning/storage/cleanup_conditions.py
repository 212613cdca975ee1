"""What counts as lost, and what as abandoned: for who looks and for who writes."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_

from admin_provisioning.domain.bulk_job import BulkJobState
from admin_provisioning.domain.cleanup_ports import LostRule
from admin_provisioning.storage.job_predicates import is_in, is_waiting_as
from admin_provisioning.storage.models import BulkJobRow


def is_lost(rule: LostRule) -> ColumnElement[bool]:
    """Return the condition that the worker of a job was lost; never by the job's age alone."""
    return and_(is_in(BulkJobState.RUNNING), BulkJobRow.lease_until < rule.lease_before)


def is_abandoned(created_before: datetime) -> ColumnElement[bool]:
    """Return the condition that the rows of a job never came."""
    return and_(is_waiting_as(BulkJobState.CREATED), BulkJobRow.created_at < created_before)
