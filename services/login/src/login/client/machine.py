"""Who this machine is."""

import platform

from login.client.identity import PcIdentity
from login.client.machine_id import find_machine_id
from login.client.network_card import find_mac
from servicekit.mac import MacAddress


def identify_this_machine(mac: MacAddress | None = None, hostname: str | None = None) -> PcIdentity:
    """Return what this machine registers itself with.

    Args:
        mac: Instead of the hardware address found.
        hostname: Instead of the host name found.

    Raises:
        NoNetworkCardError: No hardware address was given or found.
        NoMachineIdError: This machine has no identifier, and none could be stored.
    """
    return PcIdentity(
        mac=mac or find_mac(),
        hostname=hostname or platform.node() or "unnamed",
        machine_id=find_machine_id(),
    )
