"""Exchanges refresh tokens, and counts those that came again."""

from collections.abc import Iterable
from datetime import datetime

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from login.domain.accounts.errors import TokenReusedError
from login.domain.accounts.sign_in import Grant, SignIn


class Refreshing:
    """Exchanges refresh tokens, and counts for whoever measures those that this process saw again.

    Each of them is a stolen token, or a client that keeps its tokens badly.
    """

    def __init__(self, sign_in: SignIn, meters: MeterProvider) -> None:
        self._sign_in = sign_in
        self._reused = 0
        # Observed, so that it is there before the first one: a rate needs something to rise from.
        meters.get_meter("login").create_observable_counter(
            "login.refresh.reuse_detected",
            [self._observe],
            "{token}",
            "Refresh tokens used again after their exchange, which ended a session.",
        )

    async def refresh(self, token: str, now: datetime) -> Grant:
        """Exchange a refresh token for a new one.

        Raises: what `SignIn.refresh` raises.
        """
        try:
            return await self._sign_in.refresh(token, now)
        except TokenReusedError:
            self._reused += 1
            raise

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(self._reused)]
