"""Which PC speaks, and why it is not the one it says it is."""

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.errors import (
    CredentialOfAnotherPcError,
    CredentialUnknownError,
    PcNotFoundError,
    PcRemovedError,
)
from login.domain.pc import RemovedBy
from login.domain.pc_credential import PcCredential
from login.storage.models import PcRow
from login.storage.pc_statements import locked
from servicekit.mac import MacAddress


def update_speaker(mac: MacAddress, credential: PcCredential) -> Update:
    """Return an UPDATE of the live PC with this MAC address if the credential is its own."""
    return update(PcRow).where(
        PcRow.mac == mac.digits,
        PcRow.credential_hash == credential.hash,
        PcRow.deleted_at.is_(None),
    )


async def find_speaker(session: AsyncSession, mac: MacAddress, credential: PcCredential) -> PcRow:
    """Return the PC that may speak as this one, also one that a job removed; locked.

    Asked only when `update_speaker` has touched nobody. Whoever has no good credential learns
    nothing about which PCs there are.

    Raises:
        CredentialUnknownError: no PC has this credential.
        PcNotFoundError: no PC has this MAC address.
        CredentialOfAnotherPcError: the PC with this MAC address has another credential.
        PcRemovedError: an administrator removed it.
    """
    speaker = await session.scalar(locked().where(PcRow.credential_hash == credential.hash))
    if speaker is None:
        raise CredentialUnknownError
    if speaker.mac != mac.digits:
        raise await _why_not(session, mac)
    if speaker.deleted_by == RemovedBy.ADMIN:
        raise PcRemovedError
    if speaker.deleted_at is not None and await _is_live(session, mac):
        # While it was away, its MAC address has passed on to another machine.
        raise CredentialOfAnotherPcError
    return speaker


async def _why_not(session: AsyncSession, mac: MacAddress) -> Exception:
    one = await session.scalar(select(PcRow.id).where(PcRow.mac == mac.digits).limit(1))
    return PcNotFoundError() if one is None else CredentialOfAnotherPcError()


async def _is_live(session: AsyncSession, mac: MacAddress) -> bool:
    rows = select(PcRow.id).where(PcRow.mac == mac.digits, PcRow.deleted_at.is_(None))
    return await session.scalar(rows) is not None
