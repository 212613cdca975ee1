"""MAC addresses: every form people write them in, one form inside."""

import re
from dataclasses import dataclass
from typing import Final, Self

MAC_PATTERN: Final = (
    r"^([0-9A-Fa-f]{12}"
    r"|[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2})$"
)
"""The forms people write them in, as JSON Schema understands it."""
_WRITTEN_FORM: Final = re.compile(MAC_PATTERN)
_SEPARATORS: Final = str.maketrans("", "", ":-.")
_GROUP_BIT: Final = 0x01
_LOCAL_BIT: Final = 0x02


class MacAddressError(ValueError):
    """The text is no MAC address of one PC; the message says why and never repeats the text."""


@dataclass(frozen=True, slots=True, order=True)
class MacAddress:
    """The address of one network adapter, as twelve lower hexadecimal digits.

    Build one with `parse`; storage, which holds digits only, may use the constructor.
    """

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `aa:bb:cc:dd:ee:ff`, `aa-bb-…`, `aabb.ccdd.eeff` or twelve digits, in any case.

        Raises:
            MacAddressError: it is none of these, or names no single adapter.
        """
        if _WRITTEN_FORM.fullmatch(text) is None:
            raise MacAddressError(
                "a MAC address has twelve hexadecimal digits, written as aa:bb:cc:dd:ee:ff, "
                "aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff or aabbccddeeff"
            )
        mac = cls(text.translate(_SEPARATORS).lower())
        mac._refuse_what_is_no_single_adapter()
        return mac

    def _refuse_what_is_no_single_adapter(self) -> None:
        if not int(self.digits, 16):
            raise MacAddressError("the all-zero MAC address belongs to no adapter")
        if self.digits == "f" * 12:
            raise MacAddressError("the broadcast MAC address belongs to no single adapter")
        if self._first_octet & _GROUP_BIT:
            raise MacAddressError("a multicast MAC address belongs to no single adapter")

    @property
    def _first_octet(self) -> int:
        return int(self.digits[:2], 16)

    @property
    def locally_administered(self) -> bool:
        """Whether no manufacturer assigned it: virtual machines, randomized adapters."""
        return bool(self._first_octet & _LOCAL_BIT)

    @property
    def masked(self) -> str:
        """The manufacturer's half, and stars for the rest: what a log line may show."""
        return f"{self.digits[0:2]}:{self.digits[2:4]}:{self.digits[4:6]}:**:**:**"

    def __str__(self) -> str:
        return ":".join(self.digits[at : at + 2] for at in range(0, 12, 2))
