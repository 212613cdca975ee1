"""What several commands ask for, and how it is read."""

from typing import Annotated, TypeAlias

import httpx
import typer

from servicekit.mac import MacAddress, MacAddressError


def parse_server(text: str) -> str:
    """Return the address of a Login service.

    Raises:
        BadParameter: It is no address of a web server.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise typer.BadParameter(f"{text!r} is no URL: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise typer.BadParameter(
            f"{text!r} is not the URL of a web server. Give one such as http://127.0.0.1:8080"
        )
    return text


def parse_mac(text: str) -> MacAddress:
    """Return a hardware address.

    Raises:
        BadParameter: It is none.
    """
    try:
        return MacAddress.parse(text)
    except MacAddressError as error:
        raise typer.BadParameter(str(error)) from error


Server: TypeAlias = Annotated[
    str,
    typer.Option(
        parser=parse_server,
        metavar="URL",
        envvar="LOGIN_SERVER",
        help="Where the Login service is.",
    ),
]
