"""Where a service has mounted its jobs."""

from dataclasses import dataclass
from urllib.parse import quote

import httpx

from loopjobs.cli._mistakes import CommandError
from loopjobs.cli._parameters import URL_VARIABLE

_EXAMPLE = "as in http://localhost:8080/jobs"


@dataclass(frozen=True, slots=True)
class Mount:
    """A checked URL; it holds no secret."""

    url: httpx.URL

    @property
    def origin(self) -> str:
        """Scheme, host, and the port unless it is the usual one, as browsers send it."""
        return f"{self.url.scheme}://{self.url.netloc.decode('ascii')}"

    def address(self, *parts: str) -> str:
        """Return the URL of a path below the API; each part may hold any letter."""
        below = "/".join(quote(part, safe="") for part in parts)
        return f"{self}/api/{below}"

    def __str__(self) -> str:
        return str(self.url).rstrip("/")


def parse_mount(text: str | None) -> Mount:
    """Check the URL.

    Raises:
        CommandError: It is missing, or none that can be asked.
    """
    if not text:
        raise CommandError(f"which service? Give --url, {_EXAMPLE}, or set {URL_VARIABLE}.")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise CommandError(f"--url is no URL: {error}. Give one {_EXAMPLE}.") from error
    if url.userinfo:
        raise CommandError(
            "--url holds a password, which all users of this machine can see. Leave it out, and "
            "give a token with --token-file."
        )
    if url.scheme not in {"http", "https"} or not url.host or url.query or url.fragment:
        raise CommandError(f"--url {text!r} is none of a service. Give one {_EXAMPLE}.")
    return Mount(url)
