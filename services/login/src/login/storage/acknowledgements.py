"""Who has acknowledged which job's hold."""

from datetime import datetime
from typing import Final

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from login.domain.acknowledgements import Acknowledgement
from login.domain.audit import AuditAction, AuditEvent
from login.storage.audit import write_audit
from login.storage.models import JobAcknowledgementRow
from servicekit.database import Database

_COLUMNS: Final = (
    JobAcknowledgementRow.acknowledged_by,
    JobAcknowledgementRow.acknowledged_at,
    JobAcknowledgementRow.expires_at,
)


class SqlAcknowledgementStore:
    """An `AcknowledgementStore` on a table with a row for each job."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, job: str, acknowledgement: Acknowledgement) -> None:
        """Keep an acknowledgement in place of an older one."""
        values = {
            "acknowledged_by": acknowledgement.by,
            "acknowledged_at": acknowledgement.at,
            "expires_at": acknowledgement.expires_at,
        }
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        statement = (
            insert(JobAcknowledgementRow)
            .values(job=job, **values)
            .on_conflict_do_update(index_elements=["job"], set_=values)
        )
        event = AuditEvent(
            AuditAction.JOB_ACKNOWLEDGED,
            actor=acknowledgement.by,
            details={"job": job, "expires_at": acknowledgement.expires_at.isoformat()},
        )
        async with self._database.writing() as session:
            await session.execute(statement)
            await write_audit(session, [event], acknowledgement.at)

    async def find(self, job: str, now: datetime) -> Acknowledgement | None:
        """Return the acknowledgement that has not expired."""
        statement = select(*_COLUMNS).where(
            JobAcknowledgementRow.job == job, JobAcknowledgementRow.expires_at > now
        )
        async with self._database.reading() as session:
            return _acknowledgement((await session.execute(statement)).first())

    async def take(self, job: str, now: datetime) -> Acknowledgement | None:
        """Delete it and return it; an expired one stays and is worth nothing."""
        statement = (
            delete(JobAcknowledgementRow)
            .where(JobAcknowledgementRow.job == job, JobAcknowledgementRow.expires_at > now)
            .returning(*_COLUMNS)
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            return _acknowledgement((await session.execute(statement)).first())


def _acknowledgement(row: Row[str, datetime, datetime] | None) -> Acknowledgement | None:
    return None if row is None else Acknowledgement(*row)
