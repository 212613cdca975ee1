"""A PC as the service knows it, and the words for what happens to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from servicekit.mac import MacAddress


class PcStatus(IntEnum):
    """Whether a PC is thought to be reachable; the number is what the database keeps."""

    OFFLINE = 0
    ONLINE = 1


class StatusReason(StrEnum):
    """What brought a PC into its present status."""

    KEEP_ALIVE = "keep_alive"
    """It was heard."""
    SWEEP = "sweep"
    """It fell silent, and the sweep noticed."""
    CLIENT = "client"
    """It said that it shuts down."""
    ADMIN = "admin"
    """A person removed it, or provisioned it before it was ever heard."""


class RemovedBy(StrEnum):
    """Who removed a PC; what a job removed comes back by itself, what a person removed does not."""

    ADMIN = "admin"
    JOB = "pc_delete_job"


@dataclass(frozen=True, slots=True)
class Pc:
    """One registered PC."""

    id: int
    mac: MacAddress
    machine_id: str | None
    hostname: str
    status: PcStatus
    status_reason: StatusReason
    status_changed_at: datetime
    last_keep_alive_at: datetime | None
    offline_start_time: datetime | None
    pinned: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deleted_by: RemovedBy | None
    version: int


@dataclass(frozen=True, slots=True)
class Registration:
    """What a PC says about itself when it registers, or an administrator says about it."""

    mac: MacAddress
    hostname: str
    machine_id: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list of PCs, in order of id."""

    pcs: tuple[Pc, ...]
    next_after: int | None
    """The id to go on after; `None` on the last page."""
