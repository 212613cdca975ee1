"""Carries the rows of a chunk to the Login service, several at once."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from admin_provisioning.domain.bulk_job import BulkJobKind, ItemState
from admin_provisioning.domain.job_queue import Item, ItemResult
from admin_provisioning.domain.login_api import (
    LoginApi,
    LoginBrokeError,
    LoginUnavailableError,
    PcChange,
    RowRefusedError,
)
from loopjobs import CancellationToken

PINNED: Final = "pinned"
BROKEN_ROWS_TOLERATED: Final = 5
"""The Login service fails on a few rows of a chunk: then it is the rows. On more: it is Login."""


@dataclass(slots=True)
class Answers:
    """What became of the rows of a chunk; a row that is not named here was not done."""

    results: list[ItemResult] = field(default_factory=list)
    broken: list[Item] = field(default_factory=list)
    unavailable: LoginUnavailableError | None = None

    @property
    def ok(self) -> int:
        """Rows that worked."""
        return sum(result.state is ItemState.SUCCEEDED for result in self.results)

    @property
    def failed(self) -> int:
        """Rows that did not."""
        return len(self.results) - self.ok

    def judge_broken(self) -> None:
        """Decide whether it was the rows' fault that the Login service failed on them."""
        if self.unavailable is not None:
            return
        if len(self.broken) > BROKEN_ROWS_TOLERATED:
            self.unavailable = LoginUnavailableError(
                f"the Login service failed on {len(self.broken)} rows of a chunk; its log says why"
            )
        else:
            message = "The Login service failed on this row; its log says why."
            self.results += [
                ItemResult.failed(item, "login_error", message) for item in self.broken
            ]


class Calls:
    """Makes the calls for a chunk of rows.

    Args:
        login: the Login service.
        concurrent: how many calls are under way at once, at the most.
    """

    def __init__(self, login: LoginApi, concurrent: int) -> None:
        self._login = login
        self._concurrent = concurrent

    async def make(
        self, kind: BulkJobKind, items: Sequence[Item], ct: CancellationToken
    ) -> Answers:
        """Do the rows; begin no further one once the run should end, or Login is away."""
        answers, waiting = Answers(), iter(items)
        async with asyncio.TaskGroup() as lanes:
            for _ in range(min(self._concurrent, len(items))):
                lanes.create_task(self._serve(kind, waiting, answers, ct))
        answers.judge_broken()
        return answers

    async def _serve(
        self, kind: BulkJobKind, waiting: Iterator[Item], answers: Answers, ct: CancellationToken
    ) -> None:
        for item in waiting:
            if ct.is_cancellation_requested or answers.unavailable is not None:
                return
            await self._do(kind, item, answers)

    async def _do(self, kind: BulkJobKind, item: Item, answers: Answers) -> None:
        try:
            target_id = await self._call(kind, PcChange.of(item.payload))
        except RowRefusedError as error:
            answers.results.append(ItemResult.failed(item, error.code, str(error)))
        except LoginBrokeError:
            answers.broken.append(item)
        except LoginUnavailableError as error:
            answers.unavailable = answers.unavailable or error
        else:
            answers.results.append(ItemResult.succeeded(item, target_id))

    async def _call(self, kind: BulkJobKind, change: PcChange) -> int | None:
        match kind:
            case BulkJobKind.PC_IMPORT:
                return await self._import(change)
            case BulkJobKind.PC_UPDATE:
                return await self._login.patch_pc(change)
            case BulkJobKind.PC_DELETE:
                await self._login.delete_pc(change.mac)
                return None

    async def _import(self, change: PcChange) -> int:
        target_id = await self._login.put_pc(change)
        if PINNED in change.fields:  # which is no part of what a PC is created with
            pinned = PcChange(change.mac, {PINNED: change.fields[PINNED]})
            await self._login.patch_pc(pinned)
        return target_id
