"""The names of simulated PCs."""

import hashlib
from collections.abc import Iterator
from typing import Final

from login.client.identity import PcIdentity
from servicekit.mac import MacAddress

LARGEST_FLEET: Final = 0xFF_FF_FF
_LOCALLY_ADMINISTERED: Final = 0x02


def lab_identities(count: int, seed: int) -> Iterator[PcIdentity]:
    """Yield PCs named lab-01, lab-02, ...; the same for the same seed.

    Their addresses are locally administered, so that none can be that of a real network card, and
    fleets of different seeds can share a service.
    """
    mark = hashlib.sha256(str(seed).encode()).digest()[:2]
    width = max(2, len(str(count)))
    for number in range(1, count + 1):
        address = bytes([_LOCALLY_ADMINISTERED, *mark]) + number.to_bytes(3, "big")
        yield PcIdentity(
            mac=MacAddress(address.hex()),
            hostname=f"lab-{number:0{width}}",
            machine_id=hashlib.sha256(address).hexdigest()[:32],
        )
