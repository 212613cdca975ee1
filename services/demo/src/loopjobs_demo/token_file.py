"""An access token in a file, for whoever looks at the jobs from a terminal."""

from pathlib import Path
from typing import Final

from login.client import AccessTokens
from loopjobs import Clock

_LOOK_EVERY: Final = 20.0
"""A token is renewed a minute before its end."""


class TokenFile:
    """Keeps a file with a token that is good; only its owner may read it.

    Args:
        file: Where.
        tokens: Renews the token in time.
        clock: Paces the looking.
    """

    def __init__(self, file: Path, tokens: AccessTokens, clock: Clock) -> None:
        self._file = file
        self._tokens = tokens
        self._clock = clock

    async def keep(self) -> None:
        """Keep it until cancelled."""
        written = ""
        while True:
            token = await self._tokens.get()
            if token != written:
                self._write(token)
                written = token
            await self._clock.sleep(_LOOK_EVERY)

    def _write(self, token: str) -> None:
        # In one step: whoever reads it meanwhile finds the old one or the new one.
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(token)
        fresh.replace(self._file)
