"""Which column of a list is which, whatever its title."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from admin_provisioning.domain.bulk_job import BulkJobKind


class Column(StrEnum):
    """What a column of a list can be about."""

    MAC = "mac"
    HOSTNAME = "hostname"
    MACHINE_ID = "machine_id"
    PINNED = "pinned"


# As `_plain` leaves them.
_TITLES: Final[Mapping[Column, frozenset[str]]] = {
    Column.MAC: frozenset(
        {"mac", "macaddress", "macaddr", "macid", "macadresse", "adressemac", "direccionmac"}
        | {"physicaladdress", "physischeadresse", "hardwareaddress", "hwaddr", "hwaddress"}
        | {"ethernetaddress"}
    ),
    Column.HOSTNAME: frozenset(
        {"hostname", "host", "name", "pc", "pcname", "computer", "computername", "devicename"}
        | {"machinename", "rechner", "rechnername", "gerätename"}
    ),
    Column.MACHINE_ID: frozenset(
        {"machineid", "machineguid", "machineuuid", "systemuuid", "biosuuid", "uuid"}
        | {"maschinenid", "rechnerid"}
    ),
    Column.PINNED: frozenset({"pinned", "pin", "ispinned", "keep", "angeheftet", "behalten"}),
}
_COLUMN_OF: Final = {title: column for column, titles in _TITLES.items() for title in titles}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns a kind of job needs and knows."""

    required: frozenset[Column]
    one_of: frozenset[Column] = frozenset()
    """At least one of them must be there, if there are any."""
    optional: frozenset[Column] = frozenset()

    @property
    def known(self) -> frozenset[Column]:
        """All columns that have a meaning."""
        return self.required | self.one_of | self.optional


WANTED: Final[Mapping[BulkJobKind, Wanted]] = {
    BulkJobKind.PC_IMPORT: Wanted(
        required=frozenset({Column.MAC, Column.HOSTNAME}),
        optional=frozenset({Column.MACHINE_ID, Column.PINNED}),
    ),
    BulkJobKind.PC_UPDATE: Wanted(
        required=frozenset({Column.MAC}),
        one_of=frozenset({Column.HOSTNAME, Column.MACHINE_ID, Column.PINNED}),
    ),
    BulkJobKind.PC_DELETE: Wanted(required=frozenset({Column.MAC})),
}


def column_of(title: str) -> Column | None:
    """Return what a title stands for; case, spaces and punctuation do not matter."""
    return _COLUMN_OF.get(_plain(title))


def listed(columns: frozenset[Column]) -> str:
    """Return the names of columns in their usual order, for a message."""
    return ", ".join(column for column in Column if column in columns)


def count_known(header: Sequence[str]) -> int:
    """Return how many titles of a header are known."""
    return sum(column_of(title) is not None for title in header)


def _plain(title: str) -> str:
    return "".join(letter for letter in title.casefold() if letter.isalnum())
