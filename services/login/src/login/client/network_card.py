"""Finding the hardware address that this machine is known by on its network."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from servicekit.mac import MacAddress, MacAddressError

_ETHERNET: Final = "1"
_MULTICAST_BIT: Final = 1 << 40


class NoNetworkCardError(Exception):
    """This machine has no hardware address that could name it."""


@dataclass(frozen=True, slots=True)
class _Card:
    name: str
    mac: MacAddress
    is_physical: bool
    is_up: bool


def find_mac(root: Path = Path("/")) -> MacAddress:
    """Return the hardware address of the network card this machine talks through.

    A physical card is preferred to a virtual one (a bridge, a tunnel), then the card of the
    default route, then one that is up.

    Args:
        root: Where `sys` and `proc` are found.

    Raises:
        NoNetworkCardError: There is none.
    """
    cards = list(_cards(root / "sys/class/net"))
    if not cards:
        return _mac_by_library()
    routed = _default_route(root / "proc/net/route")

    def rank(card: _Card) -> tuple[bool, bool, bool, str]:
        return not card.is_physical, card.name != routed, not card.is_up, card.name

    return min(cards, key=rank).mac


def _cards(folder: Path) -> list[_Card]:
    if not folder.is_dir():
        return []
    return [card for card in map(_read_card, folder.iterdir()) if card is not None]


def _read_card(folder: Path) -> _Card | None:
    try:
        mac = MacAddress.parse((folder / "address").read_text().strip())
        kind = (folder / "type").read_text().strip()
        state = (folder / "operstate").read_text().strip()
    except (OSError, MacAddressError):
        # The loopback, a tunnel without address, a card just unplugged, or no card at all.
        return None
    if kind != _ETHERNET:
        return None
    return _Card(folder.name, mac, is_physical=(folder / "device").exists(), is_up=state == "up")


def _default_route(table: Path) -> str | None:
    try:
        rows = [line.split() for line in table.read_text().splitlines()[1:]]
    except OSError:
        return None
    # Columns: 0 interface, 1 destination, 6 metric, 7 mask.
    defaults = [(int(row[6]), row[0]) for row in rows if {row[1], row[7]} == {"00000000"}]
    return min(defaults)[1] if defaults else None


def _mac_by_library() -> MacAddress:
    node = uuid.getnode()
    # Without a card to ask, the library invents an address and marks it by the multicast bit.
    if node & _MULTICAST_BIT:
        raise NoNetworkCardError("this machine has no network card with a hardware address")
    return MacAddress(node.to_bytes(6, "big").hex())
