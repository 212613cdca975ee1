"""What becomes of a registration, decided from what is already there."""

from enum import Enum, auto

from login.domain.errors import MacTakenError, PcRemovedError
from login.domain.pc import Pc, Registration, RemovedBy


class RegistrationStep(Enum):
    """What storage has to do for a registration."""

    CREATE = auto()
    """A new PC."""
    WELCOME_BACK = auto()
    """A known machine; its registration counts as a keep-alive and undoes a removal by a job."""


def decide_registration(asked: Registration, known: Pc | None) -> RegistrationStep:
    """Choose the step for a registration.

    Args:
        asked: what the PC says about itself.
        known: the live PC with this MAC address, or else the one that was removed last.

    Raises:
        MacTakenError: another live machine has this MAC address.
        PcRemovedError: an administrator removed this machine; its next boot must not undo that.
    """
    if known is None:
        return RegistrationStep.CREATE
    if may_be_same_machine(asked.machine_id, known.machine_id):
        if known.deleted_by is RemovedBy.ADMIN:
            raise PcRemovedError
        return RegistrationStep.WELCOME_BACK
    if known.deleted_at is None:
        raise MacTakenError
    return RegistrationStep.CREATE


def may_be_same_machine(one: str | None, other: str | None) -> bool:
    """Return whether two machine ids do not speak against each other."""
    # An id that one of both sides does not know is no evidence of another machine.
    return None in {one, other} or one == other
