"""Which hardware address a machine is known by."""

import uuid
from pathlib import Path

import pytest

from login.client import NoNetworkCardError
from login.client.network_card import find_mac

ROUTES = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"


class Machine:
    """A file tree as the kernel shows it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.routes = ROUTES

    def card(
        self,
        name: str,
        mac: str,
        *,
        physical: bool = True,
        state: str = "up",
        kind: str = "1",
    ) -> None:
        folder = self.root / "sys/class/net" / name
        folder.mkdir(parents=True)
        (folder / "address").write_text(f"{mac}\n")
        (folder / "type").write_text(f"{kind}\n")
        (folder / "operstate").write_text(f"{state}\n")
        if physical:
            (folder / "device").mkdir()

    def route(self, name: str, destination: str = "00000000", metric: int = 0) -> None:
        mask = "00000000" if destination == "00000000" else "00FFFFFF"
        self.routes += f"{name}\t{destination}\t0100000A\t0003\t0\t0\t{metric}\t{mask}\t0\t0\t0\n"

    def mac(self) -> str:
        (self.root / "proc/net").mkdir(parents=True)
        (self.root / "proc/net/route").write_text(self.routes)
        return str(find_mac(self.root))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.card("lo", "00:00:00:00:00:00", physical=False, state="unknown", kind="772")
    return machine


def test_the_card_of_the_default_route_names_the_machine(machine: Machine) -> None:
    """Of two cards, the one that leads out is taken."""
    machine.card("eth0", "00:1b:44:11:3a:b7")
    machine.card("eth1", "00:1b:44:11:3a:b8")
    machine.route("eth0", destination="000200C0")
    machine.route("eth1")
    assert machine.mac() == "00:1b:44:11:3a:b8"


def test_of_two_default_routes_the_cheaper_counts(machine: Machine) -> None:
    """The kernel takes the route of the lowest metric, and so do we."""
    machine.card("eth0", "00:1b:44:11:3a:b7")
    machine.card("wlan0", "00:1b:44:11:3a:b8")
    machine.route("wlan0", metric=600)
    machine.route("eth0", metric=100)
    assert machine.mac() == "00:1b:44:11:3a:b7"


def test_a_tunnel_does_not_name_the_machine(machine: Machine) -> None:
    """A virtual card is passed over for a physical one, though the route leads through it."""
    machine.card("eth0", "00:1b:44:11:3a:b7")
    machine.card("br0", "02:42:ac:11:00:02", physical=False)
    machine.route("br0")
    assert machine.mac() == "00:1b:44:11:3a:b7"


def test_a_virtual_card_is_better_than_none(machine: Machine) -> None:
    """In a container there is nothing physical; the card of the route is taken."""
    machine.card("docker0", "02:42:ac:11:00:01", physical=False)
    machine.card("eth0", "02:42:ac:11:00:02", physical=False)
    machine.route("eth0")
    assert machine.mac() == "02:42:ac:11:00:02"


def test_without_a_route_a_card_that_is_up_is_taken(tmp_path: Path) -> None:
    """A machine without a network yet has a name all the same, and no route table is no error."""
    machine = Machine(tmp_path)
    machine.card("eth0", "00:1b:44:11:3a:b7", state="down")
    machine.card("eth1", "00:1b:44:11:3a:b8")
    assert str(find_mac(tmp_path)) == "00:1b:44:11:3a:b8"


def test_what_is_no_card_is_passed_over(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files among the cards, InfiniBand, a point-to-point link: none of them has an address."""
    (machine.root / "sys/class/net/bonding_masters").write_text("")
    machine.card("tun0", "", kind="65534")
    machine.card("ib0", "80:00:00:48:fe:80", kind="32")
    machine.card("gre0", "00:1b:44:11:3a:b7", kind="778")
    monkeypatch.setattr(uuid, "getnode", lambda: 0x001B44113AB9)
    assert machine.mac() == "00:1b:44:11:3a:b9"


def test_an_invented_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python knows no address it makes one up, anew at each start: no name for a machine."""
    monkeypatch.setattr(uuid, "getnode", lambda: 0x011B44113AB9)
    with pytest.raises(NoNetworkCardError, match="no network card"):
        find_mac(tmp_path)
