"""What goes over the wire when PCs are provisioned."""

from typing import Final, Self

from pydantic import Field, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from login.domain.mac import MacAddress
from login.domain.pc import Registration
from login.domain.provisioning import PcChanges
from login.http.hostnames import Hostname
from login.http.messages import MachineId
from servicekit.requests import Payload

_SOMETHING: Final = "give at least one of hostname, machine_id and pinned"


class ProvisionPc(Payload):
    """An administrator says what a PC is like."""

    hostname: Hostname
    machine_id: MachineId | None = Field(
        None, description="Without it, what is known about it stays."
    )

    def to_registration(self, mac: MacAddress) -> Registration:
        """Return it in words of the domain."""
        return Registration(mac, self.hostname, self.machine_id)


class ChangePc(Payload):
    """What is to be changed about a PC; at least one of these."""

    hostname: Hostname | SkipJsonSchema[None] = None
    machine_id: MachineId | None = Field(
        None, description="null forgets it; the next registration tells it anew."
    )
    pinned: bool | SkipJsonSchema[None] = Field(
        None, description="A pinned PC is never removed by a job."
    )

    @field_validator("hostname", "pinned", mode="before")
    @classmethod
    def _refuse_nothing(cls, value: object) -> object:
        if value is None:
            raise ValueError("leave it out, or give it a value")
        return value

    @model_validator(mode="after")
    def _check_that_something_changes(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(_SOMETHING)
        return self

    def to_changes(self) -> PcChanges:
        """Return it in words of the domain."""
        changes = PcChanges()
        if self.hostname is not None:
            changes["hostname"] = self.hostname
        if "machine_id" in self.model_fields_set:
            changes["machine_id"] = self.machine_id
        if self.pinned is not None:
            changes["pinned"] = self.pinned
        return changes
