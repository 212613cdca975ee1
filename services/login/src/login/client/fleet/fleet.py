"""Many simulated PCs in one process, over real HTTP."""

import asyncio
import random
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from functools import partial

from login.client.backoff import Backoff
from login.client.fleet.identities import lab_identities
from login.client.fleet.life import LifePattern, chapters
from login.client.fleet.simulated_pc import SimulatedPc
from login.client.fleet.tally import FleetTally
from login.client.identity import PcIdentity
from login.client.login_client import LoginClient
from login.client.presence import Presence, StandingListener
from loopjobs import Clock


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """What a fleet is to be like; the same plan gives the same lives."""

    pcs: int
    seed: int = 0
    pattern: LifePattern = field(default_factory=LifePattern)
    pace: float | None = None
    """Seconds from keep-alive to keep-alive, instead of what the service asks for."""


class Fleet:
    """Lives the lives of many PCs, one task each.

    Args:
        plan: What the fleet is to be like.
        client: Speaks to the service; its access token is that of the whole fleet.
        tally: Counts what they do.
        clock: Their time.
    """

    def __init__(
        self, plan: FleetPlan, client: LoginClient, tally: FleetTally, clock: Clock
    ) -> None:
        self._plan = plan
        self._client = client
        self._tally = tally
        self._clock = clock

    async def run(self, duration: float | None = None) -> None:
        """Let the fleet live, for that many seconds or until cancelled; then all of it just stops.

        It ends early when the service has removed every PC.

        Raises:
            ExceptionGroup: Of `ClientRefusedError`: the service does not let the client register
                PCs, so that the fleet cannot live.
        """
        async with asyncio.TaskGroup() as group:
            lives = [group.create_task(life) for life in self._lives()]
            if duration is not None:
                await self._clock.sleep(duration)
                for life in lives:
                    life.cancel()

    def _lives(self) -> Iterator[Coroutine[None, None, None]]:
        pattern = self._plan.pattern
        for identity in lab_identities(self._plan.pcs, self._plan.seed):
            chance = self._chance_of(identity, "life")
            first_delay = chance.uniform(0, pattern.ramp)
            switch_on = partial(
                self._presence, identity, Backoff(self._chance_of(identity, "back-off"))
            )
            yield SimulatedPc(switch_on, chapters(pattern, chance), self._tally, self._clock).live(
                first_delay
            )

    def _presence(
        self, identity: PcIdentity, backoff: Backoff, on_change: StandingListener
    ) -> Presence:
        return Presence(self._client, identity, backoff, on_change, self._plan.pace)

    def _chance_of(self, identity: PcIdentity, matter: str) -> random.Random:
        # Each PC and matter has its own: what a PC does must not hang on how others are answered.
        return random.Random(f"{self._plan.seed}/{identity.hostname}/{matter}")  # noqa: S311
