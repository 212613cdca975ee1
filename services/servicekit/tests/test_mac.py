"""MAC addresses, in every form that people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.mac import MacAddress, MacAddressError


def _is_single_adapter(digits: str) -> bool:
    return int(digits, 16) != 0 and not int(digits[:2], 16) & 1


DIGITS = st.binary(min_size=6, max_size=6).map(bytes.hex).filter(_is_single_adapter)


def _split(digits: str, size: int, separator: str) -> str:
    return separator.join(digits[at : at + size] for at in range(0, 12, size))


def _written(digits: str) -> list[str]:
    lower = [digits, _split(digits, 2, ":"), _split(digits, 2, "-"), _split(digits, 4, ".")]
    return [*lower, *(form.upper() for form in lower), *(form.title() for form in lower)]


@given(DIGITS)
def test_every_written_form_is_the_same_address(digits: str) -> None:
    """Colons, dashes, Cisco dots or none, in any case, mean one address."""
    assert {MacAddress.parse(form) for form in _written(digits)} == {MacAddress(digits)}


@given(DIGITS)
def test_the_form_we_write_can_be_read(digits: str) -> None:
    """What the service shows is accepted where it asks."""
    assert MacAddress.parse(str(MacAddress(digits))).digits == digits


@given(st.text(max_size=20))
def test_other_text_is_refused_or_in_a_known_form(text: str) -> None:
    """Whatever is accepted has the twelve digits that it was written with."""
    try:
        mac = MacAddress.parse(text)
    except MacAddressError:
        return
    assert text in _written(mac.digits) or text.lower() in _written(mac.digits)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zz:zz:zz:zz:zz:zz",
        "aa:bb:cc:dd:ee",
        "aa:bb:cc:dd:ee:ff:00",
        "aa:bb-cc:dd-ee:ff",
        "aabb.ccdd-eeff",
        "aa:bb:cc:dd:ee:ff\n",
        " aabbccddeeff",
        "aa:bb:cc:ff:fe:dd:ee:ff",
        "0x22334455667",
        "२2:33:44:55:66:77",
    ],
)
def test_what_is_not_twelve_digits_is_refused(text: str) -> None:
    """Other separators, lengths (EUI-64 among them), digits and blanks are no MAC address."""
    with pytest.raises(MacAddressError, match="twelve hexadecimal digits"):
        MacAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("00:00:00:00:00:00", "all-zero"),
        ("ff:ff:ff:ff:ff:ff", "broadcast"),
        ("01:00:5e:00:00:fb", "multicast"),
        ("33:33:00:00:00:01", "multicast"),
    ],
)
def test_addresses_of_no_single_adapter_are_refused(text: str, reason: str) -> None:
    """An address that is nobody's, everybody's or a group's identifies no PC."""
    with pytest.raises(MacAddressError, match=reason):
        MacAddress.parse(text)


def test_a_locally_administered_address_is_flagged() -> None:
    """Virtual machines may register, and can be told apart."""
    assert MacAddress.parse("02:00:00:00:00:01").locally_administered
    assert not MacAddress.parse("00:1b:21:00:00:01").locally_administered


def test_a_masked_address_shows_the_manufacturer_only() -> None:
    """Log lines do not show which adapter it is."""
    assert MacAddress("001b21aabbcc").masked == "00:1b:21:**:**:**"
