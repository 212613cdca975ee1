"""Tables of the Login service."""

from login.storage.models.accounts import (
    AuthSessionRow,
    OneTimeTokenRow,
    RefreshTokenRow,
    UserRow,
)
from login.storage.models.audit import AuditEventRow, JobAcknowledgementRow
from login.storage.models.model import Model
from login.storage.models.pcs import NOBODY, PcRow, PcStatusEventRow

__all__ = [
    "NOBODY",
    "AuditEventRow",
    "AuthSessionRow",
    "JobAcknowledgementRow",
    "Model",
    "OneTimeTokenRow",
    "PcRow",
    "PcStatusEventRow",
    "RefreshTokenRow",
    "UserRow",
]
