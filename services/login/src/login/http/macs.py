"""MAC addresses in requests."""

from typing import Annotated

from fastapi import Depends, Path
from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from servicekit.mac import MAC_PATTERN, MacAddress

_DESCRIPTION = (
    "aa:bb:cc:dd:ee:ff, aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff or aabbccddeeff, in any case; "
    "the address of a single adapter"
)


def _parse(value: object) -> MacAddress:
    if not isinstance(value, str):
        # pydantic makes a TypeError a crash and a ValueError a broken rule.
        raise ValueError("a MAC address is text")  # noqa: TRY004
    return MacAddress.parse(value)


def _checked(value: str) -> str:
    return MacAddress.parse(value).digits


def _from_path(
    mac: Annotated[
        str,
        # For readers of the document: our own words say better what is wrong than the pattern does.
        Path(description=_DESCRIPTION, json_schema_extra={"pattern": MAC_PATTERN}),
        AfterValidator(_checked),
    ],
) -> MacAddress:
    return MacAddress(mac)


BodyMac = Annotated[
    MacAddress,
    PlainValidator(_parse),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": MAC_PATTERN,
            "description": _DESCRIPTION,
            "examples": ["aa:bb:cc:dd:ee:ff"],
        }
    ),
]
"""A MAC address in a body."""

PathMac = Annotated[MacAddress, Depends(_from_path)]
"""A MAC address in a path."""
