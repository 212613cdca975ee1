"""What becomes of a PC that an administrator describes, decided from what is already there."""

from typing import TypedDict

from login.domain.pc import Pc, Registration
from login.domain.registration import may_be_same_machine


class PcChanges(TypedDict, total=False):
    """What is to be changed about a PC; what is not given stays as it is."""

    hostname: str
    machine_id: str | None
    """`None` forgets it: the next registration tells it anew."""
    pinned: bool


def is_about(asked: Registration, known: Pc) -> bool:
    """Return whether a description is about this PC, or about another with its MAC address.

    A live PC is described anew whatever its machine was: the administrator knows better. A removed
    one is not woken up as another machine.
    """
    return known.deleted_at is None or may_be_same_machine(asked.machine_id, known.machine_id)


def wanted_by(asked: Registration) -> PcChanges:
    """Return what a description says about a PC; without a machine id it says nothing about it."""
    wanted = PcChanges(hostname=asked.hostname)
    if asked.machine_id is not None:
        wanted["machine_id"] = asked.machine_id
    return wanted


def differences(pc: Pc, wanted: PcChanges) -> PcChanges:
    """Return what of the wanted is not so already."""
    different = PcChanges()
    if "hostname" in wanted and wanted["hostname"] != pc.hostname:
        different["hostname"] = wanted["hostname"]
    if "machine_id" in wanted and wanted["machine_id"] != pc.machine_id:
        different["machine_id"] = wanted["machine_id"]
    if "pinned" in wanted and wanted["pinned"] != pc.pinned:
        different["pinned"] = wanted["pinned"]
    return different


def replaces_machine(pc: Pc, changes: PcChanges) -> bool:
    """Return whether the PC is another machine afterwards, whose credential is not the old one."""
    return not may_be_same_machine(changes.get("machine_id"), pc.machine_id)
