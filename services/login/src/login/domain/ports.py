"""What the rules need from storage; each verb is one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from login.domain.pc import Page, Pc, PcStatus, Registration
from login.domain.staleness import Candidate, Census, StaleRule
from servicekit.mac import MacAddress


class PcRepository(Protocol):
    """The PCs, as the endpoints need them.

    Raises of every verb: `StoreUnavailableError` when the store cannot serve it now.
    """

    async def register(self, asked: Registration, now: datetime) -> tuple[Pc, bool]:
        """Register a PC, which counts as a keep-alive; returns it and whether it is new.

        Raises:
            MacTakenError: another live machine has this MAC address.
            PcRemovedError: an administrator removed this machine.
        """
        ...

    async def keep_alive(self, mac: MacAddress, now: datetime) -> None:
        """Note that a PC was heard: it is online; what a job had removed comes back.

        Raises:
            PcNotFoundError: no PC has this MAC address.
            PcRemovedError: an administrator removed it.
        """
        ...

    async def go_offline(self, mac: MacAddress, now: datetime) -> None:
        """Note that a PC said goodbye; a PC that is offline stays as it is.

        Raises:
            PcNotFoundError: no PC has this MAC address.
            PcRemovedError: an administrator removed it.
        """
        ...

    async def page(self, status: PcStatus | None, after: int, limit: int) -> Page:
        """List PCs in order of id, beginning after one."""
        ...

    async def get(self, pc_id: int) -> Pc:
        """Return one PC.

        Raises:
            PcNotFoundError: there is none with this id.
            PcRemovedError: it was removed.
        """
        ...

    async def remove(self, pc_id: int, now: datetime) -> None:
        """Remove a PC on an administrator's word; again is no error.

        Raises:
            PcNotFoundError: there is none with this id.
        """
        ...

    async def restore(self, pc_id: int, now: datetime) -> Pc:
        """Bring a removed PC back; a live one is returned as it is.

        Raises:
            PcNotFoundError: there is none with this id.
            MacTakenError: another PC has its MAC address by now.
        """
        ...


class SweepStore(Protocol):
    """The PCs, as the sweep needs them."""

    async def take_census(self, rule: StaleRule) -> Census:
        """Count the online PCs in one look."""
        ...

    async def candidates(self, rule: StaleRule, after: int, limit: int) -> Sequence[Candidate]:
        """List online PCs that are stale, in order of id, beginning after one."""
        ...

    async def mark_offline(self, ids: Sequence[int], rule: StaleRule, now: datetime) -> int:
        """Declare those PCs offline that are online and stale at this very moment.

        All in one transaction, each with its status event. Returns how many it were.
        """
        ...
