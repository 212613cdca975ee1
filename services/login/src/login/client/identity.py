"""Who a PC says it is."""

from dataclasses import dataclass

from servicekit.mac import MacAddress


@dataclass(frozen=True, slots=True)
class PcIdentity:
    """What a PC registers itself with."""

    mac: MacAddress
    """The hardware address of its network card."""
    hostname: str
    machine_id: str
    """Tells two machines apart that claim one hardware address."""
