"""A Login service in memory."""

import asyncio
from collections.abc import Awaitable, Callable

from admin_provisioning.domain.login_api import FieldValue, PcChange
from servicekit.mac import MacAddress


async def _nothing(_: MacAddress) -> None:
    """Nothing happens."""


class FakeLogin:
    """A `LoginApi` that remembers; tests let something happen before it answers."""

    def __init__(self, before_answer: Callable[[MacAddress], Awaitable[None]] = _nothing) -> None:
        self.before_answer = before_answer
        self.pcs: dict[str, dict[str, FieldValue]] = {}
        self.calls: list[tuple[str, str]] = []
        self.under_way = 0
        self.most_under_way = 0

    async def put_pc(self, change: PcChange) -> int:
        await self._answer("put", change.mac)
        self.pcs.setdefault(change.mac.digits, {}).update(change.fields)
        return int(change.mac.digits, 16)

    async def patch_pc(self, change: PcChange) -> int:
        await self._answer("patch", change.mac)
        self.pcs.setdefault(change.mac.digits, {}).update(change.fields)
        return int(change.mac.digits, 16)

    async def delete_pc(self, mac: MacAddress) -> None:
        await self._answer("delete", mac)
        self.pcs.pop(mac.digits, None)

    async def _answer(self, verb: str, mac: MacAddress) -> None:
        self.calls.append((verb, mac.digits))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(0)
            await self.before_answer(mac)
        finally:
            self.under_way -= 1
