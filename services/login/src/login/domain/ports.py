"""What the rules need from storage; each verb is one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, Self

from login.domain.pc import Page, Pc, PcStatus, Registration
from login.domain.pc_credential import PcCredential
from login.domain.provisioning import PcChanges
from login.domain.staleness import Candidate, Census, StaleRule
from login.domain.token_retention import Cutoffs
from login.domain.token_search import Backlog, Found, Place, Search, TokenKind
from servicekit.mac import MacAddress


class PcRepository(Protocol):
    """The PCs, as the endpoints need them.

    Raises of every verb: `StoreUnavailableError` when the store cannot serve it now. An actor is
    named as the audit names it.
    """

    async def register(
        self, asked: Registration, credential: PcCredential, actor: str, now: datetime
    ) -> tuple[Pc, bool]:
        """Register a PC, which counts as a keep-alive; returns it and whether it is new.

        From now on it is known by this credential, and by no older one.

        Raises:
            MacTakenError: another live machine has this MAC address.
            PcRemovedError: an administrator removed this machine.
        """
        ...

    async def keep_alive(self, mac: MacAddress, credential: PcCredential, now: datetime) -> None:
        """Note that a PC was heard: it is online; what a job had removed comes back.

        Raises:
            CredentialUnknownError: no PC has this credential.
            PcNotFoundError: no PC has this MAC address.
            CredentialOfAnotherPcError: the PC with this MAC address has another credential.
            PcRemovedError: an administrator removed it.
        """
        ...

    async def go_offline(self, mac: MacAddress, credential: PcCredential, now: datetime) -> None:
        """Note that a PC said goodbye; a PC that is offline stays as it is.

        Raises:
            PcError: as `keep_alive`.
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

    async def remove(self, pc_id: int, actor: str, now: datetime) -> None:
        """Remove a PC on an administrator's word; again is no error.

        Raises:
            PcNotFoundError: there is none with this id.
        """
        ...

    async def restore(self, pc_id: int, actor: str, now: datetime) -> Pc:
        """Bring a removed PC back; a live one is returned as it is.

        Raises:
            PcNotFoundError: there is none with this id.
            MacTakenError: another PC has its MAC address by now.
        """
        ...


class PcProvisioning(Protocol):
    """The PCs, as an administrator describes them by MAC address before they are ever heard.

    Raises of every verb: `StoreUnavailableError` when the store cannot serve it now.
    """

    async def put(self, asked: Registration, actor: str, now: datetime) -> tuple[Pc, bool]:
        """Make a PC be as described; returns it and whether it is new.

        A new one is offline, was never heard, and has no credential. A removed one is restored.
        """
        ...

    async def get(self, mac: MacAddress) -> Pc:
        """Return one PC.

        Raises:
            PcNotFoundError: none ever had this MAC address.
            PcRemovedError: it was removed.
        """
        ...

    async def change(self, mac: MacAddress, wanted: PcChanges, now: datetime) -> Pc:
        """Change some of a PC.

        Raises:
            PcNotFoundError: none ever had this MAC address.
            PcRemovedError: it was removed.
        """
        ...

    async def remove(self, mac: MacAddress, actor: str, now: datetime) -> None:
        """Remove a PC on an administrator's word; again is no error.

        Raises:
            PcNotFoundError: none ever had this MAC address.
        """
        ...


class SweepStore(Protocol):
    """The PCs, as the sweep needs them."""

    @property
    def has_one_writer(self) -> bool:
        """Whether all who write stand in one queue, so that a long batch keeps all waiting."""
        ...

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


class TokenCleanupStore(Protocol):
    """The tokens and their sessions, as the cleanup needs them.

    Raises of every verb: `StoreBusyError` when others are in the way, or a statement takes too
    long; `StoreUnavailableError` when the store cannot serve it now.
    """

    @property
    def has_one_writer(self) -> bool:
        """Whether all who write stand in one queue, so that a long batch keeps all waiting."""
        ...

    def limited_to(self, seconds: float) -> Self:
        """Return the same store, which gives up a statement after so long, if it can."""
        ...

    async def find(
        self, search: Search, cutoffs: Cutoffs, after: Place | None, limit: int
    ) -> Found:
        """Look at the next `limit` rows of a way and return those that can go.

        Rows that stay count as looked at; so no look is long, however many of them there are.
        """
        ...

    async def delete(self, kind: TokenKind, ids: Sequence[int], cutoffs: Cutoffs) -> int:
        """Delete those rows that can go at this very moment; returns how many it were.

        Rows that somebody works on are passed over. A session goes only without its tokens.
        """
        ...

    async def survey(self, search: Search, cutoffs: Cutoffs, after: Place | None) -> Backlog:
        """Count what can go on the rest of a way, looking at a bounded number of rows."""
        ...
