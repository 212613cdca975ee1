"""PCs in a dictionary, for the sweep."""

from collections.abc import Callable, Sequence
from datetime import datetime

from login.domain.staleness import Candidate, Census, StaleRule
from servicekit.mac import MacAddress


class FakeSweepStore:
    """Keeps the last keep-alive of each online PC by id; what is marked leaves."""

    has_one_writer = False

    def __init__(self, online: dict[int, datetime | None]) -> None:
        self.online = online
        self.marked: dict[int, datetime] = {}
        self.writes: list[list[int]] = []
        self.before_write: Callable[[Sequence[int]], None] = lambda ids: None

    async def take_census(self, rule: StaleRule) -> Census:
        readable = [last for last in self.online.values() if last is not None]
        credible = [last for last in readable if last <= rule.latest_credible]
        return Census(
            online=len(self.online),
            stale=sum(map(rule.covers, self.online.values())),
            unreadable=len(self.online) - len(readable),
            from_the_future=len(readable) - len(credible),
            newest=max(credible, default=None),
            oldest_stale=min(filter(rule.covers, readable), default=None),
        )

    async def candidates(self, rule: StaleRule, after: int, limit: int) -> Sequence[Candidate]:
        stale = sorted(pc for pc, last in self.online.items() if pc > after and rule.covers(last))
        return [Candidate(pc, MacAddress(f"02{pc:010x}")) for pc in stale[:limit]]

    async def mark_offline(self, ids: Sequence[int], rule: StaleRule, now: datetime) -> int:
        self.writes.append(list(ids))
        self.before_write(ids)
        hit = [pc for pc in ids if pc in self.online and rule.covers(self.online[pc])]
        for pc in hit:
            del self.online[pc]
            self.marked[pc] = now
        return len(hit)
