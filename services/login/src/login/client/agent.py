"""The agent: keeps the very machine it runs on present at the Login service."""

import asyncio
import logging
import random
from typing import Final

from login.client.backoff import Backoff
from login.client.errors import LoginClientError
from login.client.identity import PcIdentity
from login.client.login_client import LoginClient
from login.client.presence import Presence, Standing
from loopjobs import Clock

GOODBYE_PATIENCE: Final = 2.0

_log = logging.getLogger(__name__)

_WORDS: Final = {
    Standing.NEW: (logging.WARNING, "registering again"),
    Standing.ONLINE: (logging.INFO, "this PC is online"),
    Standing.UNHEARD: (logging.WARNING, "the Login service is away; trying on quietly"),
}


class Agent:
    """Sends keep-alives for one PC until it is cancelled, and says goodbye then.

    Args:
        client: Speaks to the service.
        identity: Who the PC says it is.
        clock: Paces the keep-alives.
        chance: Spreads the tries while the service is away.
        goodbye_patience: Seconds of real time the goodbye may take at the most.
    """

    def __init__(
        self,
        client: LoginClient,
        identity: PcIdentity,
        clock: Clock,
        chance: random.Random,
        goodbye_patience: float = GOODBYE_PATIENCE,
    ) -> None:
        self._identity = identity
        self._clock = clock
        self._goodbye_patience = goodbye_patience
        self._presence = Presence(client, identity, Backoff(chance), self._log_change)

    async def run(self) -> None:
        """Keep the PC present; end only by being cancelled, or by the service's word.

        Raises:
            ClientRefusedError: The service does not let the client register it.
            PcRemovedError: An administrator has removed this PC.
            LoginRefusedError: The service does not accept this PC.
        """
        try:
            while True:
                await self._clock.sleep(await self._presence.beat())
        except asyncio.CancelledError:
            await self._say_goodbye()
            raise

    async def _say_goodbye(self) -> None:
        try:
            async with asyncio.timeout(self._goodbye_patience):
                was_said = await self._presence.leave()
        except (LoginClientError, TimeoutError) as error:
            why = str(error) or "no answer in time"
            _log.warning("left without a goodbye: %s", why, extra=self._fields())
        else:
            words = "said goodbye" if was_said else "left; the Login service never heard of this PC"
            _log.info(words, extra=self._fields())

    def _log_change(self, standing: Standing, why: str) -> None:
        level, words = _WORDS[standing]
        _log.log(level, "%s: %s", words, why, extra=self._fields())

    def _fields(self) -> dict[str, str]:
        return {"mac": str(self._identity.mac), "hostname": self._identity.hostname}
