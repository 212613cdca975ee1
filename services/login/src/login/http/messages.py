"""What goes over the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field

from login.domain.pc import Page, Pc, PcStatus, Registration, StatusReason
from login.domain.pc_credential import PcCredential
from login.http.hostnames import Hostname
from login.http.macs import BodyMac
from servicekit.requests import Payload, from_cursor, to_cursor


def _checked_cursor(cursor: str) -> str:
    from_cursor(cursor)
    return cursor


MachineId = Annotated[str, Field(min_length=1, max_length=128)]
"""What a machine calls itself, in a body."""


class StatusName(StrEnum):
    """The status of a PC, in words."""

    ONLINE = "online"
    OFFLINE = "offline"


class RegisterPc(Payload):
    """A PC says who it is."""

    mac: BodyMac
    hostname: Hostname
    machine_id: MachineId | None = Field(
        None, description="Tells two machines with one MAC address apart, as behind a dock."
    )

    def to_registration(self) -> Registration:
        """Return it in words of the domain."""
        return Registration(self.mac, self.hostname, self.machine_id)


class ListPcs(Payload):
    """Which PCs to list."""

    status: StatusName | None = None
    cursor: Annotated[str, AfterValidator(_checked_cursor)] | None = Field(
        None, max_length=64, description="`next_cursor` of the page before."
    )
    limit: int = Field(100, ge=1, le=500)

    @property
    def pc_status(self) -> PcStatus | None:
        """The status in words of the domain."""
        return None if self.status is None else PcStatus[self.status.name]

    @property
    def after(self) -> int:
        """The id to begin after."""
        return 0 if self.cursor is None else from_cursor(self.cursor)


class PcAnswer(BaseModel):
    """A PC, as clients see it."""

    id: int
    mac: str
    locally_administered: bool = Field(
        description="No manufacturer assigned the MAC address: a virtual or randomized adapter."
    )
    machine_id: str | None
    hostname: str
    status: StatusName
    status_reason: StatusReason
    status_changed_at: datetime
    last_keep_alive_at: datetime | None
    offline_start_time: datetime | None
    pinned: bool
    created_at: datetime
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, pc: Pc) -> Self:
        """Return the answer that shows a PC."""
        return cls(
            id=pc.id,
            mac=str(pc.mac),
            locally_administered=pc.mac.locally_administered,
            machine_id=pc.machine_id,
            hostname=pc.hostname,
            status=StatusName[pc.status.name],
            status_reason=pc.status_reason,
            status_changed_at=pc.status_changed_at,
            last_keep_alive_at=pc.last_keep_alive_at,
            offline_start_time=pc.offline_start_time,
            pinned=pc.pinned,
            created_at=pc.created_at,
            updated_at=pc.updated_at,
            version=pc.version,
        )


class RegisteredPcAnswer(PcAnswer):
    """A PC that has registered, with what it presents from now on."""

    credential: str = Field(
        repr=False,
        description="For keep-alives and goodbyes, as a bearer token. It is shown this once; "
        "registering again gives a new one and ends this one.",
    )

    @classmethod
    def to_pc(cls, pc: Pc, credential: PcCredential) -> Self:
        """Return the answer to a PC itself."""
        return cls(**PcAnswer.of(pc).model_dump(), credential=credential.secret)


class PcsAnswer(BaseModel):
    """A page of the list of PCs."""

    items: list[PcAnswer]
    next_cursor: str | None = Field(description="The cursor of the next page; null on the last.")

    @classmethod
    def of(cls, page: Page) -> Self:
        """Return the answer that shows a page."""
        return cls(
            items=[PcAnswer.of(pc) for pc in page.pcs],
            next_cursor=None if page.next_after is None else to_cursor(page.next_after),
        )


class KeepAliveAnswer(BaseModel):
    """The service has heard a PC."""

    server_time: datetime
    next_in_s: float = Field(description="Seconds until the PC should send its next keep-alive.")
