"""What is worth remembering when the things it is about are gone."""

from dataclasses import dataclass, field
from enum import StrEnum


class AuditAction(StrEnum):
    """What was done."""

    PC_REMOVED = "pc.removed"
    PC_RETIRED = "pc.retired"
    PC_PURGED = "pc.purged"
    PC_RESTORED = "pc.restored"
    TOKEN_REUSE_DETECTED = "token.reuse_detected"  # noqa: S105 - a name, no secret
    JOB_ACKNOWLEDGED = "job.acknowledged"
    USER_ADDED = "user.added"
    USER_LOCKED = "user.locked"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_SCOPES_SET = "user.scopes_set"
    PASSWORD_RESET_ISSUED = "password.reset_issued"  # noqa: S105 - a name, no secret
    PASSWORD_RESET = "password.reset"  # noqa: S105 - a name, no secret


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that was done, and by whom."""

    action: AuditAction
    actor: str
    """As in `user:7`, `client:admin-provisioning`, `pc:12` or `job:PcDeleteJob`."""
    run_id: str | None = None
    """The run of a job."""
    pc_id: int | None = None
    user_id: int | None = None
    session_id: int | None = None
    details: dict[str, object] = field(default_factory=dict)
    """What else is worth knowing, as JSON knows it; never a secret."""
