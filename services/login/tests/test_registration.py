"""What becomes of a registration."""

from datetime import UTC, datetime

import pytest

from login.domain.errors import MacTakenError, PcError, PcRemovedError
from login.domain.pc import Pc, PcStatus, Registration, RemovedBy, StatusReason
from login.domain.registration import RegistrationStep, decide_registration
from servicekit.mac import MacAddress

MAC = MacAddress("001b21000001")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def known(machine_id: str | None, removed_by: RemovedBy | None = None) -> Pc:
    return Pc(
        id=1,
        mac=MAC,
        machine_id=machine_id,
        hostname="pc",
        status=PcStatus.OFFLINE,
        status_reason=StatusReason.SWEEP,
        status_changed_at=NOON,
        last_keep_alive_at=NOON,
        offline_start_time=NOON,
        pinned=False,
        created_at=NOON,
        updated_at=NOON,
        deleted_at=NOON if removed_by else None,
        deleted_by=removed_by,
        version=1,
    )


def decide(asked: str | None, pc: Pc | None) -> RegistrationStep:
    return decide_registration(Registration(MAC, "pc", asked), pc)


def test_an_unknown_mac_address_is_a_new_pc() -> None:
    """Nobody has the MAC address: a PC is created."""
    assert decide("a", None) is RegistrationStep.CREATE


@pytest.mark.parametrize(("asked", "there"), [("a", "a"), (None, "a"), ("a", None), (None, None)])
@pytest.mark.parametrize("removed_by", [None, RemovedBy.JOB])
def test_the_same_machine_is_welcome_back(
    asked: str | None, there: str | None, removed_by: RemovedBy | None
) -> None:
    """A machine that may be the one we know is that one, even if a job had removed it."""
    assert decide(asked, known(there, removed_by)) is RegistrationStep.WELCOME_BACK


@pytest.mark.parametrize(("there", "error"), [("a", PcRemovedError), (None, PcRemovedError)])
def test_a_machine_that_a_person_removed_stays_away(there: str, error: type[PcError]) -> None:
    """The next boot of a PC does not undo what an administrator decided."""
    with pytest.raises(error):
        decide("a", known(there, RemovedBy.ADMIN))


def test_another_machine_cannot_take_a_mac_address_in_use() -> None:
    """Two live machines never share a MAC address."""
    with pytest.raises(MacTakenError):
        decide("b", known("a"))


@pytest.mark.parametrize("removed_by", list(RemovedBy))
def test_another_machine_may_take_a_mac_address_that_was_given_up(removed_by: RemovedBy) -> None:
    """A docking station that moved on brings its MAC address to a new PC."""
    assert decide("b", known("a", removed_by)) is RegistrationStep.CREATE
