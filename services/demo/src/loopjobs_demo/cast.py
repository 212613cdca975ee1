"""Who plays: an administrator with a list, the PCs on it, and people at their desks."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Final

import httpx
from dishka import AsyncContainer

from login.client import AccessTokens, LoginClient, PcIdentity
from login.client.fleet import (
    Fleet,
    FleetPlan,
    FleetTally,
    MeteredTransport,
    http_lanes,
    lab_identities,
)
from login.domain.accounts.passwords import PasswordHashes
from login.domain.accounts.ports import UserStore
from login.domain.accounts.user_name import UserName
from loopjobs import Clock
from loopjobs_demo.lists import Uploader, spreadsheet
from loopjobs_demo.narrator import Narrator
from loopjobs_demo.office import Office, OfficeTally, Person, sign_in
from loopjobs_demo.stage import ADMINISTRATOR, Stage
from loopjobs_demo.token_file import TokenFile

GHOSTS: Final = 2
_CONNECTIONS: Final = 4
_BROKEN: Final = ("02-00-00-00-00;attic-03", "02-00-00-00-00-04;")
"""An address that is too short, and a PC without a name."""


class Cast:
    """All who play.

    Args:
        stage: Where they play.
        plan: The fleet.
        tallies: Count what fleet and office do.
        clock: Their time.
        chance: Makes them differ.
    """

    names: Final = (ADMINISTRATOR, "grace", "linus")
    ghosts: Final = GHOSTS
    """PCs that are on the list and never come."""

    def __init__(
        self,
        stage: Stage,
        plan: FleetPlan,
        tallies: tuple[FleetTally, OfficeTally],
        clock: Clock,
        chance: Random,
    ) -> None:
        self._stage = stage
        self._plan = plan
        self._fleet_tally, self._office_tally = tallies
        self._clock = clock
        self._chance = chance

    async def play(self, people: Sequence[Person], narrator: Narrator) -> None:
        """Play until cancelled: first the list, then all at once."""
        metered = MeteredTransport(http_lanes(_CONNECTIONS), self._fleet_tally, self._clock)
        async with (
            httpx.AsyncClient(base_url=self._stage.login_url) as http,
            httpx.AsyncClient(base_url=self._stage.login_url, transport=metered) as fleet_http,
        ):
            client = LoginClient(
                fleet_http, AccessTokens(fleet_http, self._stage.fleet, self._clock)
            )
            office = Office(http, people, self._office_tally, self._clock, self._chance)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._token_file(http).keep())
                await self._provision(http, people[0], narrator)
                group.create_task(office.run())
                group.create_task(Fleet(self._plan, client, self._fleet_tally, self._clock).run())

    def _token_file(self, http: httpx.AsyncClient) -> TokenFile:
        tokens = AccessTokens(http, self._stage.terminal, self._clock)
        return TokenFile(self._stage.token_file, tokens, self._clock)

    async def _provision(self, login: httpx.AsyncClient, admin: Person, narrator: Narrator) -> None:
        headers = (await sign_in(login, admin)).headers
        async with httpx.AsyncClient(
            base_url=self._stage.provisioning_url, headers=headers
        ) as http:
            uploader = Uploader(http, self._clock)
            job = await uploader.upload("pc_import", spreadsheet(self._listed(), *_BROKEN))
            narrator.tell_upload(job)
            job = await uploader.follow(job)
            narrator.tell_provisioned(job, await uploader.bad_rows(job))

    def _listed(self) -> list[PcIdentity]:
        pcs = list(lab_identities(self._plan.pcs, self._plan.seed))
        others = islice(lab_identities(GHOSTS, self._plan.seed + 1), GHOSTS)
        return pcs + [
            replace(ghost, hostname=f"attic-{number:02}") for number, ghost in enumerate(others, 1)
        ]


async def hire(container: AsyncContainer, names: Sequence[str], password: str) -> list[Person]:
    """Give people an account at the Login service; the first is the administrator.

    Args:
        container: That of the Login service.
        names: Of all of them.
        password: What the administrator signs in with; the others keep theirs to themselves.
    """
    hashes, users = await container.get(PasswordHashes), await container.get(UserStore)
    clock = await container.get(Clock)
    first, *others = names
    people = [Person(first, password)]
    people += [Person(name, secrets.token_urlsafe(16)) for name in others]
    scopes = frozenset({"provisioning:read", "provisioning:write", "jobs:operate"})
    for person in people:
        hashed = await hashes.hash(person.password)
        name = UserName.parse(person.name)
        await users.add(name, hashed, scopes, clock.now(), actor="cli:demo")
        scopes = frozenset()
    return people
