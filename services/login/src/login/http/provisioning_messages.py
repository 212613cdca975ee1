"""What goes over the wire when PCs are provisioned."""

from typing import Self

from pydantic import Field, model_validator

from login.domain.pc import Registration
from login.domain.provisioning import PcChanges
from login.http.hostnames import Hostname
from login.http.messages import MachineId
from servicekit.mac import MacAddress
from servicekit.requests import Payload


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

    # Not to be left out by null: a factory makes a field optional without a default to be shown.
    hostname: Hostname = Field(default_factory=str)
    machine_id: MachineId | None = Field(
        None, description="null forgets it; the next registration tells it anew."
    )
    pinned: bool = Field(default_factory=bool, description="A pinned PC is never removed by a job.")

    @model_validator(mode="after")
    def _check_that_something_changes(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of hostname, machine_id and pinned")
        return self

    def to_changes(self) -> PcChanges:
        """Return it in words of the domain."""
        changes = PcChanges()
        if "hostname" in self.model_fields_set:
            changes["hostname"] = self.hostname
        if "machine_id" in self.model_fields_set:
            changes["machine_id"] = self.machine_id
        if "pinned" in self.model_fields_set:
            changes["pinned"] = self.pinned
        return changes
