"""Keeping one PC present at the Login service, whatever happens on the way."""

from collections.abc import Callable
from enum import Enum
from typing import Final, TypeAlias

from login.client.backoff import Backoff
from login.client.errors import LoginAwayError, PcUnknownError, UnauthorizedError
from login.client.identity import PcIdentity
from login.client.login_client import LoginClient

SHORTEST_PACE: Final = 0.1
LONGEST_PACE: Final = 3_600.0
_WHY_ANEW: Final = {
    PcUnknownError: "the service does not know this PC any more",
    UnauthorizedError: "the service does not know its credential any more",
}


class Standing(Enum):
    """How a PC stands with the service."""

    NEW = "new"
    """Not heard of yet, or forgotten, or gone."""
    ONLINE = "online"
    UNHEARD = "unheard"
    """The service does not answer."""


StandingListener: TypeAlias = Callable[[Standing, str], None]
"""Hears of a change: how the PC stands now, and why."""


class Presence:
    """One PC as the service sees it: registered once, then heard of at the pace it asks for.

    It does not wait by itself: each `beat` says how long to wait before the next, so that its
    owner can end it at any moment. Its credential is kept in memory only: whoever starts anew
    registers anew.

    Args:
        client: Speaks to the service.
        identity: Who the PC says it is.
        backoff: How long to leave a service alone that does not answer.
        on_change: Hears of each change of standing; not of each try.
        pace: Seconds from beat to beat, instead of what the service asks for.
    """

    def __init__(
        self,
        client: LoginClient,
        identity: PcIdentity,
        backoff: Backoff,
        on_change: StandingListener,
        pace: float | None = None,
    ) -> None:
        self._client = client
        self._identity = identity
        self._backoff = backoff
        self._on_change = on_change
        self._pace = pace
        self._credential: str | None = None
        self._standing = Standing.NEW

    async def beat(self) -> float:
        """Say that the PC is there, registering it if need be.

        Returns:
            Seconds to wait before the next beat.

        Raises:
            ClientRefusedError: The service does not let the client register it.
            PcRemovedError: An administrator has removed this PC.
            LoginRefusedError: The service does not accept this PC.
        """
        try:
            wait = await self._exchange()
        except LoginAwayError as error:
            self._enter(Standing.UNHEARD, str(error))
            return self._backoff.next_wait(error.retry_after)
        self._backoff.reset()
        self._enter(Standing.ONLINE, "the service answers")
        # A slip in the service's settings must not turn a fleet into a flood, or silence it.
        return min(max(wait, SHORTEST_PACE), LONGEST_PACE)

    async def leave(self) -> bool:
        """Say that the PC is being switched off.

        Returns:
            Whether it was said; not if the service has never heard of this PC.

        Raises:
            LoginClientError: The service did not take note; it will notice the silence.
        """
        if self._credential is None:
            return False
        await self._client.offline(self._identity.mac, self._credential)
        return True

    async def _exchange(self) -> float:
        for _ in ("as it stands", "registered anew"):
            credential = await self._registered()
            try:
                return await self._keep_alive(credential)
            except (PcUnknownError, UnauthorizedError) as error:
                self._credential = None
                if self._standing is Standing.ONLINE:
                    self._enter(Standing.NEW, _WHY_ANEW[type(error)])
        raise LoginAwayError("the service forgets the PC as soon as it is told")

    async def _registered(self) -> str:
        if self._credential is None:
            self._credential = await self._client.register(self._identity)
        return self._credential

    async def _keep_alive(self, credential: str) -> float:
        answer = await self._client.keep_alive(self._identity.mac, credential)
        return answer.next_in_s if self._pace is None else self._pace

    def _enter(self, standing: Standing, why: str) -> None:
        if standing is not self._standing:
            self._standing = standing
            self._on_change(standing, why)
